-- MoveToWait.lua: the oldest jobs of a state, all finished or due by a given time, wait to be processed.
-- needs    Queue, Events, Waiting, Parent
-- argv     prefix, now, state (completed, failed or delayed), most jobs to move, latest score
-- leaves   the jobs in wait, those with a priority too and a job's delay as it was: Node's package has it so;
--          finished ones without finishedOn, processedOn and their result or reason; the marker; an event `waiting` for each
-- returns  how many were moved
local state = ARGV[3]
local from = state == "completed" and completedKey or state == "failed" and failedKey or delayedKey
local ids = call("ZRANGEBYSCORE", from, 0, ARGV[5], "LIMIT", 0, ARGV[4])
if #ids == 0 then return 0 end

local blocked = mayNotStart()
for _, id in ipairs(ids) do
  local jobKey = prefix .. id
  if state ~= "delayed" then
    -- A job that is no hash is for the worker to drop, and keeps no other from moving.
    local fields = redis.pcall("HDEL", jobKey, "finishedOn", "processedOn", state == "failed" and "failedReason" or "returnvalue")
    if type(fields) == "number" then waitForChildAgain(jobKey, state) end
  end
  emit("event", "waiting", "jobId", id, "prev", state)
end
for first = 1, #ids, 5000 do
  local last = math.min(first + 4999, #ids)
  call("LPUSH", targetKey, unpack(ids, first, last))
  call("ZREM", from, unpack(ids, first, last))
end
wakeWorkers(blocked)
trimStream(metaKey, eventsKey)
return #ids
