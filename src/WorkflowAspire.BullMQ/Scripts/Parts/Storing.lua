-- How a new job enters the queue: its hash, then the list or set where it waits.

-- Further fields and values of the hash may follow.
local function store(id, name, data, opts, timestamp, delay, priority, ...)
  call("HSET", prefix .. id, "name", name, "data", data, "opts", opts, "timestamp", timestamp, "delay", whole(delay),
    "priority", whole(priority), ...)
  emit("event", "added", "jobId", id, "name", name)
end

-- blocked is what mayNotStart has said.
local function place(id, timestamp, delay, priority, push, blocked)
  if delay > 0 then
    toDelayed(id, tonumber(timestamp) + delay)
    wakeForNextDelayed()
  else
    toWaitOrPrioritized(id, priority, push)
    wakeWorkers(blocked)
    emit("event", "waiting", "jobId", id)
  end
end
