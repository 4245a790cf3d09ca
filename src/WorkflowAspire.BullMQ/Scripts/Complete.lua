-- Complete.lua: the jobs in argv are done; take as many new ones as `count` allows.
-- needs    Queue, Events, Waiting, Take, Finish, Parent
-- argv     prefix, now, count to take, token for them, lock milliseconds, worker name,
--          then for each finished job: id, token, return value as JSON, keep count, keep age, keep limit
-- leaves   job.returnvalue, finishedOn, atm; completed scored by time, trimmed; lock gone; event `completed`;
--          a parent that waited for the job told
-- returns  { {result of each finished job}, what take returns }
-- refuses  -1 job gone · -2 no lock · -3 not active · -4 children pending · -6 lock is another worker's · -9 children failed
--          (each for its own job; the others proceed)
local results = {}

local function complete(id, token, value, keepCount, keepAge, keepLimit)
  local jobKey = prefix .. id
  if call("EXISTS", jobKey) == 0 then return -1 end
  if call("SCARD", jobKey .. ":dependencies") > 0 then return -4 end
  if call("ZCARD", jobKey .. ":unsuccessful") > 0 then return -9 end
  local refused = checkLock(jobKey, token)
  if refused < 0 then return refused end
  call("HINCRBY", jobKey, "atm", 1)
  if not leaveActive(jobKey, id) then return -3 end
  releaseDeduplication(jobKey, id)
  tellParentCompleted(jobKey, value)
  enterFinished(completedKey, jobKey, id, "returnvalue", value, keepCount, keepAge, keepLimit)
  emit("event", "completed", "jobId", id, "returnvalue", value, "prev", "active")
  return 0
end

trimStream(metaKey, eventsKey)
for at = 7, #ARGV, 6 do
  results[#results + 1] = complete(ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4], ARGV[at + 5])
end

local taken = take(tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6])
if #results > 0 and #taken == 2 then emitDrainedIfEmpty() end
return { results, taken }
