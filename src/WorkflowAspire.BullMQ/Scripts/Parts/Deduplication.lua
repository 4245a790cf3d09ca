-- The key of a deduplication id names the job that keeps others of that id out: its holder.

local function deduplicationKey(id)
  return prefix .. "de:" .. id
end

-- Of the jobs that were kept out while the holder was active, the last.
local function keptJobKey(id)
  return prefix .. "dn:" .. id
end

-- With keepLastIfActive the key must outlast the holder's work, however long that takes, so a time to live counts for nothing.
local function hold(rules, jobId)
  local ttl = not rules.keepLastIfActive and tonumber(rules.ttl) or 0
  if ttl > 0 then
    call("SET", deduplicationKey(rules.id), jobId, "PX", whole(ttl))
  else
    call("SET", deduplicationKey(rules.id), jobId)
  end
end

-- Before a job is deleted that did not end: those that it kept out may be added again, and none is added in its place. The queue is named by
-- what its keys begin with.
local function forgetDeduplicationOf(queue, jobId, id)
  local key = queue .. "de:" .. id
  if call("GET", key) == jobId then call("DEL", key, queue .. "dn:" .. id) end
end

local function forgetDeduplication(jobKey, jobId)
  local id = call("HGET", jobKey, "deid")
  if id then forgetDeduplicationOf(prefix, jobId, id) end
end

-- A producer that deduplicates may add the next job of this kind once this one has ended (unless a time was given for it).
local function releaseDeduplication(jobKey, id)
  local deduplication = call("HGET", jobKey, "deid")
  if not deduplication then return nil end
  local key = prefix .. "de:" .. deduplication
  -- A key of another type is nobody's, and must not stop the script half-way.
  if call("PTTL", key) <= 0 and redis.pcall("GET", key) == id then call("DEL", key) end
  return deduplication
end
