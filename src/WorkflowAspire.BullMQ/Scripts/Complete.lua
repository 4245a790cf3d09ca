-- Complete.lua: the jobs in argv are done; take as many new ones as `count` allows.
-- needs    Queue, Events, Waiting, Take, Finish, Parent
-- argv     prefix, now, count to take, token for them, lock milliseconds, worker name,
--          then for each finished job: id, token, return value as JSON, keep count, keep age, keep limit
-- leaves   job.returnvalue, finishedOn, atm; completed scored by time, trimmed; lock gone; event `completed`;
--          a parent that waited for the job told
-- returns  { {result of each finished job}, what take returns }
-- refuses  -1 job gone · -2 no lock · -3 not active · -4 children pending · -6 lock is another worker's · -9 children failed
--          (each for its own job; the others proceed)
local results, completed, locks = {}, {}, {}

-- A command costs about a microsecond, so each job has as few as possible, and what can wait is done for all at once.
local function complete(id, token, value, keepCount, keepAge, keepLimit)
  local jobKey = prefix .. id
  local job = call("HMGET", jobKey, "name", "atm", "deid", "parentKey")
  if not job[1] and call("EXISTS", jobKey) == 0 then return -1 end
  if call("EXISTS", jobKey .. ":dependencies", jobKey .. ":unsuccessful") > 0 then
    if call("SCARD", jobKey .. ":dependencies") > 0 then return -4 end
    if call("ZCARD", jobKey .. ":unsuccessful") > 0 then return -9 end
  end
  local refused = checkLock(jobKey, token)
  if refused < 0 then return refused end
  -- Redis itself says what is wrong with a count that is none, while the job is still active and locked.
  local made = tonumber(job[2] or 0) or call("HINCRBY", jobKey, "atm", 1)
  if call("LREM", activeKey, -1, id) == 0 then return -3 end
  completed[#completed + 1] = id
  locks[#locks + 1] = jobKey .. ":lock"
  if job[3] then releaseDeduplication(jobKey, id) end
  if job[4] then tellParentCompleted(jobKey, value) end
  enterFinished(completedKey, jobKey, id, "returnvalue", value, keepCount, keepAge, keepLimit, "atm", whole(made + 1))
  emit("event", "completed", "jobId", id, "returnvalue", value, "prev", "active")
  return 0
end

trimStream(metaKey, eventsKey)
local isDone, failure = pcall(function()
  for at = 7, #ARGV, 6 do
    results[#results + 1] = complete(ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4], ARGV[at + 5])
  end
end)
-- The jobs before one that the server refuses are completed, and must not stay locked.
if #completed > 0 then
  call("DEL", unpack(locks))
  call("SREM", stalledKey, unpack(completed))
end
if not isDone then return redis.error_reply(reasonOf(failure)) end

-- A worker that takes nothing looks for nothing either: due jobs stay delayed.
local count = tonumber(ARGV[3])
local taken = count > 0 and take(count, ARGV[4], ARGV[5], ARGV[6]) or { 0, "" }
if #results > 0 and #taken == 2 then emitDrainedIfEmpty(count > 0) end
return { results, taken }
