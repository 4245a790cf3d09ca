-- HandBack.lua: whoever processes a job returns it (the worker closes, or the rate limit is reached); the job is the next to be
-- taken and loses no attempt.
-- needs    Queue, Events, Waiting, Leaving
-- argv     prefix, now, id, token, whether a prioritized job wakes a worker (1/0; Node's moveToWait leaves that to the next look)
-- leaves   lock gone; the job at the head of wait (or first of its priority); event `waiting`
-- returns  how many milliseconds the rate limit has left (0 for none) · -1 job gone · -2 no lock · -3 not active · -6 lock is another worker's (nothing is changed then)
local id, token = ARGV[3], ARGV[4]
local jobKey = prefix .. id

if call("EXISTS", jobKey) == 0 then return -1 end
local refused = checkLock(jobKey, token)
if refused < 0 then return refused end
checkTypes()
if not leaveActive(jobKey, id) then return -3 end

local blocked = mayNotStart()
local priority = tonumber(call("HGET", jobKey, "priority")) or 0
if priority > 0 then
  call("ZADD", prioritizedKey, whole(priority * 0x100000000), id)
else
  call("RPUSH", targetKey, id)
end
if priority == 0 or ARGV[5] == "1" then wakeWorkers(blocked) end
emit("event", "waiting", "jobId", id, "prev", "active")
trimStream(metaKey, eventsKey)
return math.max(call("PTTL", limiterKey), 0)
