-- Retry.lua: an attempt failed and another follows, at once or after a delay.
-- needs    Queue, Events, Waiting, Leaving
-- argv     prefix, now, id, token, reason, stacktrace as JSON, delay in ms, lifo (1/0)
-- leaves   job.failedReason, stacktrace, atm, delay; lock gone; the job in delayed, or in wait/prioritized when delay is 0; event
-- returns  0 · -1 job gone · -2 no lock · -3 not active · -6 lock is another worker's (nothing of the job is changed then)
local id, token, delay = ARGV[3], ARGV[4], tonumber(ARGV[7])
local jobKey = prefix .. id

-- Jobs that are due come before the one that is retried, and also where that is refused.
if delay <= 0 then promoteDelayed(mayNotStart()) end
if call("EXISTS", jobKey) == 0 then return -1 end
local refused = checkLock(jobKey, token)
if refused < 0 then return refused end
checkTypes()

call("HINCRBY", jobKey, "atm", 1)
if not leaveActive(jobKey, id) then return -3 end
call("HSET", jobKey, "failedReason", ARGV[5], "stacktrace", ARGV[6])

if delay > 0 then
  call("HSET", jobKey, "delay", whole(delay))
  toDelayed(id, now + delay)
  wakeForNextDelayed()
else
  local blocked = mayNotStart()
  local priority = tonumber(call("HGET", jobKey, "priority")) or 0
  toWaitOrPrioritized(id, priority, ARGV[8] == "1" and "RPUSH" or "LPUSH")
  wakeWorkers(blocked)
  emit("event", "waiting", "jobId", id, "prev", "active")
end
trimStream(metaKey, eventsKey)
return 0
