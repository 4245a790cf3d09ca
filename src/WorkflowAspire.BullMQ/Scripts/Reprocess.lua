-- Reprocess.lua: a finished job is to be processed again.
-- needs    Queue, Events, Waiting, Parent
-- argv     prefix, now, id, state it is in (completed or failed), reset attempts made (1/0), lifo (1/0), reset attempts started (1/0)
-- leaves   job without finishedOn, processedOn and its result or reason; the job in wait or prioritized; the marker; event `waiting`
-- returns  1 · -1 job gone · -3 not in that state
local id, state = ARGV[3], ARGV[4]
local jobKey = prefix .. id
if call("EXISTS", jobKey) == 0 then return -1 end
local finishedKey = state == "failed" and failedKey or completedKey
if not call("ZSCORE", finishedKey, id) then return -3 end

call("HDEL", jobKey, "finishedOn", "processedOn", state == "failed" and "failedReason" or "returnvalue")
if ARGV[5] == "1" then call("HDEL", jobKey, "atm") end
if ARGV[7] == "1" then call("HDEL", jobKey, "ats") end
local blocked = mayNotStart()
local priority = tonumber(call("HGET", jobKey, "priority")) or 0
call("ZREM", finishedKey, id)
toWaitOrPrioritized(id, priority, ARGV[6] == "1" and "RPUSH" or "LPUSH")
wakeWorkers(blocked)
waitForChildAgain(jobKey, state)
emit("event", "waiting", "jobId", id, "prev", state)
trimStream(metaKey, eventsKey)
return 1
