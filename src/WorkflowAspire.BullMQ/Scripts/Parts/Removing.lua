-- Ways out of the queue for good: the job, the keys that are its own, and what its parent and a deduplication know of it.
-- A queue is named here by what its keys begin with, the last colon included: children may be in other queues.

local function splitKey(jobKey)
  return string.match(jobKey, "^(.*:)([^:]*)$")
end

-- Whether it is the job that a scheduler waits for (its `rjk` names the scheduler): without it the scheduler would stop.
local function isScheduled(id, scheduler)
  local due = scheduler and call("ZSCORE", repeatKey, scheduler)
  return due and id == "repeat:" .. scheduler .. ":" .. whole(tonumber(due)) or false
end

local function forgetDeduplication(queue, id, deduplication)
  local key = queue .. "de:" .. deduplication
  if call("GET", key) == id then call("DEL", key, queue .. "dn:" .. deduplication) end
end

-- The parent is the next to be taken, whatever its priority or delay: so Node's package has it where a child is removed.
local function startParent(queue, id, isTold)
  local settings = call("HMGET", queue .. "meta", "paused", "concurrency", "version")
  local blocked = settings[1] or (settings[2] and call("LLEN", queue .. "active") >= tonumber(settings[2]))
  local parked = settings[1] and (call("EXISTS", queue .. "paused") == 1 or string.find(settings[3] or "", "^bullmq:5"))
  call("RPUSH", queue .. (parked and "paused" or "wait"), id)
  if not blocked then call("ZADD", queue .. "marker", 0, "0") end
  if isTold then toStream(queue .. "events", "event", "waiting", "jobId", id, "prev", "waiting-children") end
end

-- The parent waits for this child no more. Where it was the last one the parent starts; in a mass removal a parent of this
-- queue goes with its children instead.
local function leaveParent(jobKey, parentKey, deduplication, isMass)
  if not parentKey or parentKey == "" or call("EXISTS", parentKey) == 0 then return end
  if call("SREM", parentKey .. ":dependencies", jobKey) == 0 or call("SCARD", parentKey .. ":dependencies") > 0 then return end
  local queue, id = splitKey(parentKey)
  if not queue or call("ZREM", queue .. "waiting-children", id) == 0 then return end
  if isMass and queue == prefix then
    local fields = call("HMGET", parentKey, "parentKey", "deid")
    leaveParent(parentKey, fields[1], fields[2], true)
    deleteJob(parentKey)
    -- The child's and not the parent's, whosever it is now: Node's package has it so.
    if deduplication then call("DEL", prefix .. "de:" .. deduplication) end
  else
    startParent(queue, id, not isMass)
  end
end

-- One job of a mass removal, which writes no event for it; the caller takes the id from its list or set.
local function discard(id)
  local jobKey = prefix .. id
  -- What is no hash at all is deleted like any other job.
  local fields = redis.pcall("HMGET", jobKey, "parentKey", "deid")
  leaveParent(jobKey, fields[1], fields[2], true)
  if fields[2] then forgetDeduplication(prefix, id, fields[2]) end
  deleteJob(jobKey)
end

-- ZREM takes as many members as Lua's stack has room for.
local function removeFromSet(key, ids)
  for first = 1, #ids, 5000 do
    call("ZREM", key, unpack(ids, first, math.min(first + 4999, #ids)))
  end
end

-- Takes a job out of the state it is in and tells which that was.
local function leaveState(queue, id)
  for _, state in ipairs({ "completed", "waiting-children", "delayed", "failed", "prioritized" }) do
    if call("ZREM", queue .. state, id) == 1 then return state end
  end
  for _, state in ipairs({ "wait", "paused", "active" }) do
    if call("LREM", queue .. state, 1, id) == 1 then return state end
  end
  return "unknown"
end

-- A worker has the job or, if they matter, one of the children that it waits for.
local function isLocked(jobKey, withChildren)
  if call("EXISTS", jobKey .. ":lock") == 1 then return true end
  if not withChildren then return false end
  for _, childKey in ipairs(call("SMEMBERS", jobKey .. ":dependencies")) do
    if isLocked(childKey, true) then return true end
  end
  return false
end

local function eachChild(jobKey, visit)
  for _, childKey in ipairs(call("HKEYS", jobKey .. ":processed")) do visit(childKey) end
  for _, childKey in ipairs(call("HKEYS", jobKey .. ":failed")) do visit(childKey) end
  for _, childKey in ipairs(call("ZRANGE", jobKey .. ":unsuccessful", 0, -1)) do visit(childKey) end
  for _, childKey in ipairs(call("SMEMBERS", jobKey .. ":dependencies")) do visit(childKey) end
end

-- One job, whatever its state, and if asked all jobs below it; each with an event. False where there was no such job.
local function remove(queue, id, withChildren, parentKey)
  local jobKey = queue .. id
  local fields = call("HMGET", jobKey, "parentKey", "deid")
  leaveParent(jobKey, parentKey or fields[1], nil, false)
  if withChildren then
    eachChild(jobKey, function(childKey)
      local childQueue, childId = splitKey(childKey)
      if childQueue then remove(childQueue, childId, true, jobKey) end
    end)
  end
  local prev = leaveState(queue, id)
  if fields[2] then forgetDeduplication(queue, id, fields[2]) end
  if deleteJob(jobKey) == 0 then return false end
  toStream(queue .. "events", "event", "removed", "jobId", id, "prev", prev)
  trimStream(queue .. "meta", queue .. "events")
  return true
end
