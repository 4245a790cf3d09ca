-- Ways into the wait list, the prioritized set and the delayed set, and the marker that wakes a blocked worker.

-- Where waiting jobs go. While a queue is paused BullMQ 5 keeps them in `paused` and renames that over `wait` on resume, so
-- that a job put into `wait` meanwhile would be lost; BullMQ 6 leaves them in `wait`.
local targetKey = waitKey

local function chooseTarget(paused, version)
  if paused and (call("EXISTS", pausedKey) == 1 or string.find(version or "", "^bullmq:5")) then targetKey = pausedKey end
end

-- Paused, or as many active jobs as the queue's global concurrency allows. Comes before any move into the wait list.
local function mayNotStart()
  local settings = call("HMGET", metaKey, "paused", "concurrency", "version")
  chooseTarget(settings[1], settings[3])
  if settings[1] then return true end
  return settings[2] and call("LLEN", activeKey) >= tonumber(settings[2]) or false
end

local function wakeWorkers(blocked)
  if not blocked then call("ZADD", markerKey, "0", "0") end
end

local function priorityScore(priority)
  return whole(priority * 0x100000000 + call("INCR", priorityCounterKey) % 0x100000000)
end

local function toWaitOrPrioritized(id, priority, push)
  if priority > 0 then
    call("ZADD", prioritizedKey, priorityScore(priority), id)
  else
    call(push, targetKey, id)
  end
end

-- The low 12 bits of a delayed score keep jobs of the same millisecond in order.
local function toDelayed(id, dueAt)
  local first, last = dueAt * 0x1000, (dueAt + 1) * 0x1000 - 1
  local newest = call("ZREVRANGEBYSCORE", delayedKey, whole(last), whole(first), "WITHSCORES", "LIMIT", 0, 1)
  local score = newest[2] and math.min(tonumber(newest[2]) + 1, last) or first
  call("ZADD", delayedKey, whole(score), id)
  emit("event", "delayed", "jobId", id, "delay", whole(dueAt))
end

local function nextDelayed()
  local first = call("ZRANGE", delayedKey, "0", "0", "WITHSCORES")
  return first[2] and tonumber(first[2]) / 0x1000 or nil
end

local function wakeForNextDelayed()
  local due = nextDelayed()
  if due then call("ZADD", markerKey, string.format("%.17g", due), "1") end
end

-- At most 1000 due jobs a call, so that a backlog never blocks the server for long. Whether there may be more, and if there are none when
-- the next one is due.
local function promoteDelayed(blocked)
  local next = nextDelayed()
  if not next or next >= now + 1 then return false, next end
  local due = call("ZRANGEBYSCORE", delayedKey, 0, whole((now + 1) * 0x1000 - 1), "LIMIT", 0, 1000)
  call("ZREM", delayedKey, unpack(due))
  for _, id in ipairs(due) do
    local priority = tonumber(call("HGET", prefix .. id, "priority")) or 0
    toWaitOrPrioritized(id, priority, "LPUSH")
    emit("event", "waiting", "jobId", id, "prev", "delayed")
    call("HSET", prefix .. id, "delay", 0)
  end
  wakeWorkers(blocked)
  return true
end
