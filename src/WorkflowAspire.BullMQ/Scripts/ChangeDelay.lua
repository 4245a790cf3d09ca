-- ChangeDelay.lua: a delayed job is due at another time, counted from now.
-- needs    Queue, Events, Waiting
-- argv     prefix, now, id, delay in ms
-- leaves   job.delay; the job at its new place in delayed; the marker; event `delayed`
-- returns  0 · -1 job gone · -3 not delayed
local id, delay = ARGV[3], ARGV[4]
local jobKey = prefix .. id
if call("EXISTS", jobKey) == 0 then return -1 end
if not call("ZSCORE", delayedKey, id) then return -3 end

call("HSET", jobKey, "delay", delay)
toDelayed(id, now + tonumber(delay))
wakeForNextDelayed()
trimStream(metaKey, eventsKey)
return 0
