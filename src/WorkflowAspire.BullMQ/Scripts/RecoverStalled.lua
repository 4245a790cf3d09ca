-- RecoverStalled.lua: jobs that were active at the last check and have no lock any more go back to wait.
-- needs    Queue, Events, Waiting
-- argv     prefix, now, times that a job may stall, milliseconds until the next check may run
-- leaves   stalled jobs at the head of wait with stc counted; one that stalled too often carries its deferred failure (defa),
--          which the next worker records; the now active jobs as candidates of the next check; events `waiting`, `stalled`
-- returns  the ids of the stalled jobs
if call("EXISTS", stalledCheckKey) == 1 then return {} end
call("SET", stalledCheckKey, nowText, "PX", ARGV[4])
trimStream(metaKey, eventsKey)

local function belongsToScheduler(jobKey)
  local scheduler = call("HGET", jobKey, "rjk")
  if not scheduler then return false end
  return call("EXISTS", repeatKey .. ":" .. scheduler) == 1 or (call("ZSCORE", repeatKey, scheduler) and true or false)
end

-- A wait list of another type would refuse jobs that have left active already.
call("LLEN", waitKey)
local stalled = {}
local candidates = call("SMEMBERS", stalledKey)
if #candidates > 0 then call("DEL", stalledKey) end
for _, id in ipairs(candidates) do
  local jobKey = prefix .. id
  if call("EXISTS", jobKey .. ":lock") == 0 and call("LREM", activeKey, 1, id) > 0 then
    local times = call("HINCRBY", jobKey, "stc", 1)
    if times > tonumber(ARGV[3]) and not belongsToScheduler(jobKey) then
      call("HSET", jobKey, "defa", "job stalled more than allowable limit")
    end
    local blocked = mayNotStart()
    call("RPUSH", targetKey, id)
    wakeWorkers(blocked)
    emit("event", "waiting", "jobId", id, "prev", "active")
    emit("event", "stalled", "jobId", id)
    stalled[#stalled + 1] = id
  end
end

local active = call("LRANGE", activeKey, 0, -1)
for first = 1, #active, 5000 do
  call("SADD", stalledKey, unpack(active, first, math.min(first + 4999, #active)))
end
return stalled
