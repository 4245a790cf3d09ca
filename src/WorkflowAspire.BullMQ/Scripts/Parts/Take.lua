-- Ids of the wait list or, when it is empty, of the first prioritized job; nil where there is none. The second result puts them back.
local function popWaiting(count)
  local ids = call("RPOP", waitKey, count)
  -- Garnet answers one id as itself.
  if type(ids) == "string" then ids = { ids } end
  if ids and #ids > 0 then
    return ids, function()
      for at = #ids, 1, -1 do call("RPUSH", waitKey, ids[at]) end
    end
  end
  local first = call("ZPOPMIN", prioritizedKey)
  if #first > 0 then return { first[1] }, function() call("ZADD", prioritizedKey, first[2], first[1]) end end
  call("DEL", priorityCounterKey)
end

-- Moves up to `count` waiting ids to active.
local function nextWaiting(count)
  local ids, putBack = popWaiting(count)
  if not ids then return nil end
  local moved = redis.pcall("LPUSH", activeKey, unpack(ids))
  if type(moved) == "table" and moved.err then
    putBack()
    error(moved.err)
  end
  return ids
end

-- How often a worker has taken a job, this time included, from the fields of its hash. In words: writing a number as one is slow.
local function startsOf(fields)
  for at = 1, #fields, 2 do
    if fields[at] == "ats" then return whole((tonumber(fields[at + 1]) or 0) + 1) end
  end
  return "1"
end

-- The values of the six fields that every job has, where the job has no others; nil for any other. What a short answer saves is more than
-- asking for the length costs.
local function plainFieldsOf(jobKey)
  if redis.pcall("HLEN", jobKey) ~= 6 then return nil end
  local fields = call("HMGET", jobKey, "name", "opts", "delay", "priority", "timestamp", "data")
  return fields[1] and fields[2] and fields[3] and fields[4] and fields[5] and fields[6] and fields
end

-- The server's clock in microseconds; "" where this user may not read it, or there is none.
local function serverTime()
  local time = redis.pcall("TIME")
  if type(time) ~= "table" or not time[2] then return "" end
  return time[1] .. string.format("%06d", time[2])
end

-- Makes `now` the time of a call that was sent long before it is made; `since` is what the server's clock showed then.
local function catchUp(since)
  local time = serverTime()
  if time ~= "" then
    now = now + math.floor(math.max(0, time - since) / 1000)
    nowText = whole(now)
  end
  return time
end

-- When the next delayed job is due, after promoteDelayed has told what it knows; "" where there is none.
local function dueAfter(mayBeDue, due)
  if mayBeDue then due = nextDelayed() end
  return due and string.format("%.17g", due) or ""
end

-- take(count, token, lockMilliseconds, workerName, limiterMax, limiterDuration, since): moves up to `count` jobs to active, each with
-- a lock of this token. The limiter is the worker's own; as in Node's package the queue's max comes before the worker's, and the
-- worker's duration before the queue's.
-- returns  { rate limit ttl in ms, next delayed timestamp in ms or "", the server's clock or "", then the jobs taken }
--          What falls due is promoted although nothing may be taken (paused, at the concurrency, at the rate limit), so then its time comes too.
--          The clock comes where nothing but a new job can let the caller take more, and with `since` where a job was taken.
--          A job is its id and {field, value, …}; one whose hash is gone is dropped from the queue and comes with an empty list.
--          One that has the fields of every job only is its id, timestamp and data, behind the {name, opts, delay, priority} that it
--          shares with those before it: turning an answer into the server's protocol costs as much as a short command.
local function take(count, token, lockMilliseconds, workerName, limiterMax, limiterDuration, since)
  local settings = call("HMGET", metaKey, "paused", "concurrency", "max", "duration", "version")
  chooseTarget(settings[1], settings[5])
  local blocked = settings[1] and true or false
  if not blocked and settings[2] then
    local room = tonumber(settings[2]) - call("LLEN", activeKey)
    if room <= 0 then blocked = true else count = math.min(count, room) end
  end
  local mayBeDue, due = promoteDelayed(blocked)

  local max = tonumber(settings[3] or limiterMax)
  if max then
    local ttl, used = rateLimit(max)
    if ttl > 0 then return { ttl, dueAfter(mayBeDue, due), "" } end
    count = math.min(count, math.max(max - used, 1))
  end
  if blocked then return { 0, dueAfter(mayBeDue, due), "" } end

  local taken, at = { 0, "", "" }, 4
  local started, last = 0, nil
  while started < count do
    local ids = nextWaiting(math.min(count - started, 1000))
    if not ids then break end
    for position = 1, #ids do
      local id = ids[position]
      local jobKey = prefix .. id
      local plain = plainFieldsOf(jobKey)
      local fields = plain or redis.pcall("HGETALL", jobKey)
      if fields.err or #fields == 0 then
        call("LREM", activeKey, 1, id)
        taken[at], taken[at + 1] = id, {}
        at = at + 2
      else
        if max and call("HEXISTS", jobKey, "defa") == 0 and call("INCR", limiterKey) == 1 then
          call("PEXPIRE", limiterKey, math.floor(math.abs(tonumber(limiterDuration) or tonumber(settings[4]) or 0)))
        end
        if since and started == 0 then taken[3] = catchUp(since) end
        call("SET", jobKey .. ":lock", token, "PX", lockMilliseconds)
        -- The first one finds out whether there is a stream.
        if started == 0 then
          emit("event", "active", "jobId", id, "prev", "waiting")
        elseif hasStreams then
          call("XADD", eventsKey, "*", "event", "active", "jobId", id, "prev", "waiting")
        end
        local starts = "1"
        if plain then
          if not last or plain[2] ~= last[2] or plain[1] ~= last[1] or plain[3] ~= last[3] or plain[4] ~= last[4] then
            taken[at] = { plain[1], plain[2], plain[3], plain[4] }
            at, last = at + 1, plain
          end
          taken[at], taken[at + 1], taken[at + 2] = id, plain[5], plain[6]
          at = at + 3
        else
          starts = startsOf(fields)
          taken[at], taken[at + 1] = id, fields
          at = at + 2
        end
        if workerName ~= "" then
          call("HSET", jobKey, "processedOn", nowText, "ats", starts, "pb", workerName)
        else
          call("HSET", jobKey, "processedOn", nowText, "ats", starts)
        end
        started = started + 1
      end
    end
  end

  wakeWorkers(started == 0)
  if started < count then
    taken[2] = dueAfter(mayBeDue, due)
    if taken[2] == "" and not since then taken[3] = serverTime() end
  end
  return taken
end
