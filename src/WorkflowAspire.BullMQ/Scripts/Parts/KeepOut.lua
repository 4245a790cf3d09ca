-- Whether a job may be added that has a deduplication id. Needs Deduplication, Keeping and Waiting.

local function tellDeduplicated(jobId, id, otherId)
  -- The word of BullMQ 5, for programs of its time that listen for it.
  if string.find(call("HGET", metaKey, "version") or "", "^bullmq:5") then emit("event", "debounced", "jobId", jobId, "debounceId", id) end
  emit("event", "deduplicated", "jobId", jobId, "deduplicationId", id, "deduplicatedJobId", otherId)
end

-- The holder vanished without giving up a key that never expires: nobody else will.
local function isStale(id, holder)
  return call("PTTL", deduplicationKey(id)) == -1 and call("EXISTS", prefix .. holder) == 0
end

local function replaceDelayed(rules, holder, job)
  -- A list of another type would refuse the new job when the old one is gone already: asked before.
  call("LLEN", targetKey)
  call("ZCARD", prioritizedKey)
  if call("ZREM", delayedKey, holder) == 0 then return false end
  deleteJob(prefix .. holder)
  emit("event", "removed", "jobId", holder, "prev", "delayed")
  tellDeduplicated(job.id, rules.id, holder)
  -- What was kept while the old job was active is older than the new one.
  call("DEL", keptJobKey(rules.id))
  if (tonumber(rules.ttl) or 0) > 0 and not rules.extend and not rules.keepLastIfActive then
    call("SET", deduplicationKey(rules.id), job.id, "KEEPTTL")
  else
    hold(rules, job.id)
  end
  return true
end

local function keepForLater(rules, holder, job)
  if not rules.keepLastIfActive or not call("LPOS", activeKey, holder) then return false end
  local keptKey = keptJobKey(rules.id)
  call("DEL", keptKey)
  call("HSET", keptKey, "name", job.name, "data", job.data, "opts", job.opts, "jid", job.id)
  if job.scheduler then call("HSET", keptKey, "rjk", job.scheduler) end
  if job.parentKey then
    call("HSET", keptKey, "pk", job.parentKey, "pd", job.child[4], "pdk", job.parentKey .. ":dependencies")
  end
  call("PERSIST", deduplicationKey(rules.id))
  tellDeduplicated(holder, rules.id, job.id)
  return true
end

local function reschedule(holder, job)
  if not call("ZSCORE", delayedKey, holder) then return end
  call("HSET", prefix .. holder, "delay", whole(job.delay))
  toDelayed(holder, tonumber(job.timestamp) + job.delay)
  wakeForNextDelayed()
end

-- rules are the job's deduplication options; job has id, name, data, opts, timestamp, delay, scheduler, and of its parent the key and the child's fields.
-- nil where the job is to be added, else the id of the job that keeps it out
local function deduplicate(rules, job)
  local holder = call("GET", deduplicationKey(rules.id))
  if not holder then
    hold(rules, job.id)
    return nil
  end
  if rules.replace and replaceDelayed(rules, holder, job) then return nil end
  if isStale(rules.id, holder) then
    call("DEL", keptJobKey(rules.id))
    hold(rules, job.id)
    return nil
  end
  -- A holder that can't be replaced keeps the job out without a word, as in Node's package.
  if keepForLater(rules, holder, job) or rules.replace then return holder end
  if rules.extend and (tonumber(rules.ttl) or 0) > 0 then hold(rules, holder) end
  tellDeduplicated(holder, rules.id, job.id)
  if rules.reschedule then reschedule(holder, job) end
  return holder
end
