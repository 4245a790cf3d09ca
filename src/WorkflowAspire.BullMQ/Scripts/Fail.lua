-- Fail.lua: a job failed for good; where a dead letter queue is named, its job is there from the same instant.
-- needs    Queue, Events, Waiting, RateLimit, Drained, Parent, Leaving, Keeping, Metrics, Storing, Deduplication, KeptJob
-- keys     the queue's, then (optional) the dead letter queue's wait, meta, id, events, marker, then (where metrics are kept)
--          metrics:failed, metrics:failed:data
-- argv     prefix, now, id, token, reason, stacktrace as JSON, attempts allowed, keep count, keep age, keep limit,
--          whether the worker asks for a job next (1/0), its rate limit ("" for none), how many minutes metrics keep ("" for no metrics),
--          (optional) dead letter prefix, job name, data, opts as JSON
-- leaves   job.failedReason, stacktrace, finishedOn, atm; failed scored by time, trimmed; lock gone; events `failed` and
--          `retries-exhausted`; a waiting job of the same id in the dead letter queue, renewed where one is there already
-- returns  0 · -1 job gone · -2 no lock · -3 not active · -6 lock is another worker's (nothing is changed then)
local id, token, reason, stacktrace, attempts = ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local jobKey, keepCount = prefix .. id, tonumber(ARGV[8])

-- Its parent still waits for a child that failed without a rule for it.
local function deleteFailed(key)
  forgetChild(key)
  deleteJob(key)
end

if call("EXISTS", jobKey) == 0 then return -1 end
local refused = checkLock(jobKey, token)
if refused < 0 then return refused end
checkTypes()

local made = call("HINCRBY", jobKey, "atm", 1)
trimStream(metaKey, eventsKey)
if not leaveActive(jobKey, id) then return -3 end
local deduplication = releaseDeduplication(jobKey, id)
if deduplication then addKeptJob(deduplication) end
-- The job itself has failed, whatever its parent's keys are.
local isTold, parentFailure = pcall(tellParentFailed, jobKey, reason)
call("HSET", jobKey, "failedReason", reason, "stacktrace", stacktrace)
call("HDEL", jobKey, "defa")
if keepCount == 0 then
  deleteFailed(jobKey)
else
  call("ZADD", failedKey, nowText, id)
  call("HSET", jobKey, "finishedOn", nowText)
  keepFinished(failedKey, keepCount, ARGV[9], ARGV[10], deleteFailed)
end
emit("event", "failed", "jobId", id, "failedReason", reason, "prev", "active")
if made >= attempts then emit("event", "retries-exhausted", "jobId", id, "attemptsMade", whole(made)) end

if ARGV[13] ~= "" then collectMetrics("failed", 1, tonumber(ARGV[13])) end

if ARGV[14] then
  local deadWait, deadMeta, deadId, deadEvents, deadMarker = KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22]
  local deadKey = ARGV[14] .. id
  call("INCR", deadId)
  if call("EXISTS", deadKey) == 1 then
    call("HSET", deadKey, "data", ARGV[16], "timestamp", nowText)
    toStream(deadEvents, "event", "duplicated", "jobId", id)
  else
    call("HSET", deadKey, "name", ARGV[15], "data", ARGV[16], "opts", ARGV[17], "timestamp", nowText, "delay", 0, "priority", 0)
    toStream(deadEvents, "event", "added", "jobId", id, "name", ARGV[15])
    call("LPUSH", deadWait, id)
    if call("HEXISTS", deadMeta, "paused") == 0 then call("ZADD", deadMarker, 0, "0") end
    toStream(deadEvents, "event", "waiting", "jobId", id)
  end
  trimStream(deadMeta, deadEvents)
end
emitDrainedIfEmpty(ARGV[11] == "1", ARGV[12])
if not isTold then return redis.error_reply(reasonOf(parentFailure)) end
return 0
