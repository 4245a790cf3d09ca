-- A job may be a child in a flow: its parent, in this queue or another, hears how it ended and, when it
-- waits for nothing more, is ready itself. Only the child's hash names the parent's keys, so they can't be declared.

local function parentOf(jobKey)
  local fields = call("HMGET", jobKey, "parentKey", "parent")
  if not fields[1] then return nil end
  -- What is no JSON object must not stop a script half-way; the key says enough.
  local isJson, parent = pcall(cjson.decode, fields[2] or "{}")
  if not isJson or type(parent) ~= "table" then parent = {} end
  local queue, id = string.match(fields[1], "^(.*):([^:]*)$")
  return { key = fields[1], id = parent.id or id, queue = parent.queueKey or queue, rules = parent }
end

local function cannotStart(settings, queue)
  return settings[1] or (settings[2] and call("LLEN", queue .. ":active") >= tonumber(settings[2]))
end

local function tellParentWaits(parent)
  toStream(parent.queue .. ":events", "event", "waiting", "jobId", parent.id, "prev", "waiting-children")
end

-- To the head of wait, whatever the parent's priority or delay. A quiet one writes no event.
local function pushParent(parent, isQuiet)
  local queue = parent.queue
  local settings = call("HMGET", queue .. ":meta", "paused", "concurrency", "version")
  local parked = settings[1] and (call("EXISTS", queue .. ":paused") == 1 or string.find(settings[3] or "", "^bullmq:5"))
  call("RPUSH", queue .. (parked and ":paused" or ":wait"), parent.id)
  if not cannotStart(settings, queue) then call("ZADD", queue .. ":marker", 0, "0") end
  if not isQuiet then tellParentWaits(parent) end
end

local function makeReady(parent)
  local queue = parent.queue
  local job = call("HMGET", parent.key, "priority", "delay")
  local priority, delay = tonumber(job[1]) or 0, tonumber(job[2]) or 0
  if delay > 0 then
    call("ZADD", queue .. ":delayed", whole((now + delay) * 0x1000), parent.id)
    toStream(queue .. ":events", "event", "delayed", "jobId", parent.id, "delay", whole(now + delay))
    local first = call("ZRANGE", queue .. ":delayed", 0, 0, "WITHSCORES")
    call("ZADD", queue .. ":marker", string.format("%.17g", tonumber(first[2]) / 0x1000), "1")
  elseif priority > 0 then
    local count = call("INCR", queue .. ":pc")
    call("ZADD", queue .. ":prioritized", whole(priority * 0x100000000 + count % 0x100000000), parent.id)
    local settings = call("HMGET", queue .. ":meta", "paused", "concurrency")
    if not cannotStart(settings, queue) then call("ZADD", queue .. ":marker", 0, "0") end
    tellParentWaits(parent)
  else
    pushParent(parent)
  end
end

local function releaseParent(parent)
  if call("EXISTS", parent.key) == 1 and call("ZREM", parent.queue .. ":waiting-children", parent.id) == 1 then makeReady(parent) end
end

local function releaseParentIfLast(parent)
  if call("SCARD", parent.key .. ":dependencies") == 0 then releaseParent(parent) end
end

local function tellParentCompleted(jobKey, value)
  local parent = parentOf(jobKey)
  if not parent or call("SREM", parent.key .. ":dependencies", jobKey) == 0 then return end
  call("HSET", parent.key .. ":processed", jobKey, value)
  releaseParentIfLast(parent)
end

-- false where the parent did not wait for the child. A parent whose last child goes this way is pushed to wait even if it has a
-- priority or a delay: Node does so, and only here.
local function forgetChildOf(parentKey, jobKey)
  if call("SREM", parentKey .. ":dependencies", jobKey) == 0 then return false end
  local queue, id = string.match(parentKey, "^(.*):([^:]*)$")
  if call("SCARD", parentKey .. ":dependencies") == 0 and call("ZREM", queue .. ":waiting-children", id) == 1 then
    pushParent({ queue = queue, id = id })
  end
  return true
end

-- For a child that goes away without having been told of.
local function forgetChild(jobKey)
  local parentKey = call("HGET", jobKey, "parentKey")
  if parentKey and parentKey ~= "" and call("EXISTS", parentKey) == 1 then forgetChildOf(parentKey, jobKey) end
end

-- A child that is processed again: its parent waits for it as before.
local function waitForChildAgain(jobKey, state)
  local parent = parentOf(jobKey)
  if not parent or call("EXISTS", parent.key) == 0 then return end
  local told
  if state == "completed" then
    told = call("HDEL", parent.key .. ":processed", jobKey) == 1
  else
    told = call("ZREM", parent.key .. ":unsuccessful", jobKey) == 1 or call("HDEL", parent.key .. ":failed", jobKey) == 1
  end
  if told then call("SADD", parent.key .. ":dependencies", jobKey) end
end

-- The parent fails with its child: it becomes ready, for a worker to record that failure.
local function failParent(parent, jobKey)
  call("ZADD", parent.key .. ":unsuccessful", nowText, jobKey)
  if call("EXISTS", parent.key) == 0 or call("ZSCORE", parent.queue .. ":failed", parent.id) then return end
  call("HSET", parent.key, "defa", "child " .. jobKey .. " failed")
  if call("ZREM", parent.queue .. ":waiting-children", parent.id) == 1 then
    makeReady(parent)
  elseif call("ZREM", parent.queue .. ":delayed", parent.id) == 1 then
    call("HSET", parent.key, "delay", 0)
    makeReady(parent)
  end
end

-- What a failed child does to its parent: fpof fails it, cpof starts it at once, idof and rdof let it go on without the child.
local function tellParentFailed(jobKey, reason)
  local parent = parentOf(jobKey)
  if not parent then return end
  local rules = parent.rules
  if not (rules.fpof or rules.cpof or rules.idof or rules.rdof) then return end
  if call("SREM", parent.key .. ":dependencies", jobKey) == 0 then return end
  if rules.fpof then
    failParent(parent, jobKey)
  elseif rules.cpof then
    call("HSET", parent.key .. ":failed", jobKey, reason)
    releaseParent(parent)
  else
    releaseParentIfLast(parent)
    if rules.idof then call("HSET", parent.key .. ":failed", jobKey, reason) end
  end
end
