-- Delay.lua: whoever processes a job puts it off; it loses no attempt.
-- needs    Queue, Events, Waiting, Leaving
-- argv     prefix, now, id, token, delay in ms
-- leaves   job.delay; lock gone; the job in delayed; the marker of the next delayed job; event `delayed`
-- returns  0 · -1 job gone · -2 no lock · -3 not active · -6 lock is another worker's (nothing is changed then)
local id, delay = ARGV[3], tonumber(ARGV[5])
local jobKey = prefix .. id

if call("EXISTS", jobKey) == 0 then return -1 end
local refused = checkLock(jobKey, ARGV[4])
if refused < 0 then return refused end
if not leaveActive(jobKey, id) then return -3 end

call("HSET", jobKey, "delay", whole(delay))
toDelayed(id, now + delay)
wakeForNextDelayed()
trimStream(metaKey, eventsKey)
return 0
