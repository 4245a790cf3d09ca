-- RemoveJobScheduler.lua: a scheduler goes, and with it the job that it has delayed; one that waits or runs is its last.
-- needs    Queue, Events, Keeping, Scheduler
-- keys     the queue's, then the scheduler's hash
-- argv     prefix, now, scheduler id, only where its hash is gone (1/0)
-- leaves   nothing of the scheduler; event `removed` of its delayed job
-- returns  1 · 0 no such scheduler
local scheduler = ARGV[3]
local newest = newestIteration(scheduler)
if not newest or (ARGV[4] == "1" and call("EXISTS", KEYS[18]) == 1) then return 0 end

local id = iterationId(scheduler, newest)
if call("ZREM", delayedKey, id) == 1 then
  deleteJob(prefix .. id)
  emit("event", "removed", "jobId", id, "prev", "delayed")
end
call("ZREM", repeatKey, scheduler)
call("DEL", KEYS[18])
return 1
