-- Job schedulers: `repeat` has each one scored by the due time of its newest job, `repeat:{id}` what it is like. Its jobs
-- have ids `repeat:{id}:{due time}` and name it in `rjk`.

local function iterationId(scheduler, millis)
  return "repeat:" .. scheduler .. ":" .. millis
end

-- The due time of a scheduler's newest job as text; nil where there is no such scheduler.
local function newestIteration(scheduler)
  local millis = call("ZSCORE", repeatKey, scheduler)
  return millis and whole(tonumber(millis)) or nil
end

-- Whether it is the job that a scheduler waits for (its `rjk` names the scheduler): without it the series would end.
local function isScheduled(id, scheduler)
  local newest = scheduler and newestIteration(scheduler)
  return newest and id == iterationId(scheduler, newest) or false
end

-- When an interval comes next, and its offset from the whole multiples. prev is nil for a first time. Slots that were missed are left out.
local function nextSlot(prev, every, offset, startDate)
  local millis
  if prev then
    millis = prev + every
    if millis < now then
      millis = math.floor(now / every) * every + offset
      if millis <= now then millis = millis + every end
    end
  elseif startDate then
    millis = math.max(startDate, now)
  elseif offset > 0 then
    millis = math.floor(now / every) * every + offset
    if millis <= now then millis = millis + every end
  else
    millis = now
  end
  if offset == 0 then offset = millis - math.floor(millis / every) * every end
  return math.floor(millis), math.floor(offset)
end

-- Stores and places one job of a scheduler; opts is a table. Returns its id and its delay.
local function addIteration(scheduler, millis, name, data, opts, blocked)
  local id = iterationId(scheduler, millis)
  local delay = math.max(tonumber(millis) - now, 0)
  local priority = tonumber(opts.priority) or 0
  opts.jobId, opts.delay = id, delay
  call("INCR", idKey)
  store(id, name, data, cjson.encode(opts), nowText, delay, priority, "rjk", scheduler)
  place(id, nowText, delay, priority, opts.lifo and "RPUSH" or "LPUSH", blocked)
  return id, delay
end
