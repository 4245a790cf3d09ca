-- How a job leaves the queue for good, with the children it waits for or has waited for. They may be in other queues, whose keys
-- only the parent's own keys name, so they can't be declared.

local removeChildrenOf

-- Whether a worker has the job or one that it waits for. `queue` is what the keys of its queue begin with, the colon included.
local function isHeld(queue, id, withChildren)
  local jobKey = queue .. id
  if call("EXISTS", jobKey .. ":lock") == 1 then return true end
  if not withChildren then return false end
  for _, childKey in ipairs(call("SMEMBERS", jobKey .. ":dependencies")) do
    local childQueue, childId = string.match(childKey, "^(.*:)([^:]*)$")
    if isHeld(childQueue, childId, true) then return true end
  end
  return false
end

local function takeOut(queue, id)
  for _, state in ipairs({ "completed", "waiting-children", "delayed", "failed", "prioritized" }) do
    if call("ZREM", queue .. state, id) == 1 then return state end
  end
  for _, state in ipairs({ "wait", "paused", "active" }) do
    if call("LREM", queue .. state, 1, id) == 1 then return state end
  end
  return "unknown"
end

-- parentKey is that of the parent whose removal takes this job along; nil for the job that was asked for. pendingOnly spares
-- jobs that are finished or that a worker has. returns whether anything was there
local function removeJob(queue, id, parentKey, withChildren, pendingOnly)
  local jobKey = queue .. id
  if pendingOnly and (call("EXISTS", jobKey .. ":lock") == 1 or call("ZSCORE", queue .. "failed", id)) then return false end
  -- First, so that a parent which hereby has no more children moves before it goes itself.
  if parentKey then forgetChildOf(parentKey, jobKey) else forgetChild(jobKey) end
  if withChildren then removeChildrenOf(jobKey, pendingOnly) end

  local prev = takeOut(queue, id)
  local deduplication = call("HGET", jobKey, "deid")
  if deduplication and call("GET", queue .. "de:" .. deduplication) == id then call("DEL", queue .. "de:" .. deduplication) end
  if deleteJob(jobKey) == 0 then return prev ~= "unknown" end
  trimStream(queue .. "meta", queue .. "events")
  toStream(queue .. "events", "event", "removed", "jobId", id, "prev", prev)
  return true
end

removeChildrenOf = function(jobKey, pendingOnly)
  local groups = { call("SMEMBERS", jobKey .. ":dependencies") }
  if not pendingOnly then
    groups = { call("HKEYS", jobKey .. ":processed"), call("HKEYS", jobKey .. ":failed"),
      call("ZRANGE", jobKey .. ":unsuccessful", 0, -1), groups[1] }
  end
  for _, children in ipairs(groups) do
    for _, childKey in ipairs(children) do
      local queue, id = string.match(childKey, "^(.*:)([^:]*)$")
      removeJob(queue, id, jobKey, true, pendingOnly)
    end
  end
end
