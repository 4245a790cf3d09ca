-- Promote.lua: a delayed job need not wait for its time.
-- needs    Queue, Events, Waiting
-- argv     prefix, now, id
-- leaves   job.delay 0; the job in wait or prioritized; the marker; event `waiting`
-- returns  0 · -3 not delayed
local id = ARGV[3]
if not call("ZSCORE", delayedKey, id) then return -3 end

local jobKey = prefix .. id
local priority = tonumber(call("HGET", jobKey, "priority") or 0) or 0
local blocked = mayNotStart()
call("ZREM", delayedKey, id)
toWaitOrPrioritized(id, priority, "LPUSH")
wakeWorkers(blocked)
emit("event", "waiting", "jobId", id, "prev", "delayed")
call("HSET", jobKey, "delay", 0)
trimStream(metaKey, eventsKey)
return 0
