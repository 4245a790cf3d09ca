-- Ways out of the queue for good: the job, the keys that are its own, and what its parent and a deduplication know of it. Comes after Parent,
-- Keeping and Deduplication.
-- A queue is named here by what its keys begin with, the last colon included: children may be in other queues.

local function splitKey(jobKey)
  return string.match(jobKey, "^(.*:)([^:]*)$")
end

-- A job of a mass removal goes. Where its parent waited for no other one, a parent of this queue goes too and one of another queue
-- starts without a word.
local function leaveParent(jobKey, parentKey, deduplication)
  if not parentKey or parentKey == "" or call("EXISTS", parentKey) == 0 then return end
  if call("SREM", parentKey .. ":dependencies", jobKey) == 0 or call("SCARD", parentKey .. ":dependencies") > 0 then return end
  local queue, id = splitKey(parentKey)
  if not queue or call("ZREM", queue .. "waiting-children", id) == 0 then return end
  if queue == prefix then
    local fields = call("HMGET", parentKey, "parentKey", "deid")
    leaveParent(parentKey, fields[1], fields[2])
    deleteJob(parentKey)
    -- The child's and not the parent's, whosever it is now: Node's package has it so.
    if deduplication then call("DEL", prefix .. "de:" .. deduplication) end
  else
    pushParent({ queue = string.sub(queue, 1, -2), id = id }, true)
  end
end

-- One job of a mass removal, which writes no event for it; the caller takes the id from its list or set.
local function discard(id)
  local jobKey = prefix .. id
  -- What is no hash at all is deleted like any other job.
  local fields = redis.pcall("HMGET", jobKey, "parentKey", "deid")
  leaveParent(jobKey, fields[1], fields[2])
  if fields[2] then forgetDeduplicationOf(prefix, id, fields[2]) end
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

local function eachChild(jobKey, pendingOnly, visit)
  if not pendingOnly then
    for _, childKey in ipairs(call("HKEYS", jobKey .. ":processed")) do visit(childKey) end
    for _, childKey in ipairs(call("HKEYS", jobKey .. ":failed")) do visit(childKey) end
    for _, childKey in ipairs(call("ZRANGE", jobKey .. ":unsuccessful", 0, -1)) do visit(childKey) end
  end
  for _, childKey in ipairs(call("SMEMBERS", jobKey .. ":dependencies")) do visit(childKey) end
end

local remove

-- The jobs below one; pendingOnly spares those that are finished or that a worker has.
local function removeChildrenOf(jobKey, pendingOnly)
  eachChild(jobKey, pendingOnly, function(childKey)
    local queue, id = splitKey(childKey)
    if queue then remove(queue, id, true, jobKey, pendingOnly) end
  end)
end

-- One job, whatever its state, and if asked all jobs below it; each with an event. parentKey is that of the parent whose removal takes
-- this job along. False where there was no such job.
function remove(queue, id, withChildren, parentKey, pendingOnly)
  local jobKey = queue .. id
  if pendingOnly and (call("EXISTS", jobKey .. ":lock") == 1 or call("ZSCORE", queue .. "failed", id)) then return false end
  -- First, so that a parent which hereby has no more children moves before it goes itself.
  if parentKey then forgetChildOf(parentKey, jobKey) else forgetChild(jobKey) end
  if withChildren then removeChildrenOf(jobKey, pendingOnly) end
  local prev, deduplication = leaveState(queue, id), call("HGET", jobKey, "deid")
  if deduplication then forgetDeduplicationOf(queue, id, deduplication) end
  if deleteJob(jobKey) == 0 then return false end
  trimStream(queue .. "meta", queue .. "events")
  toStream(queue .. "events", "event", "removed", "jobId", id, "prev", prev)
  return true
end
