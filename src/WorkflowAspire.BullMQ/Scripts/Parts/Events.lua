-- The event stream, which Node's QueueEvents reads. A server without streams (Garnet) loses the events and nothing else.
local hasStreams = true

-- Any other error ends the script: the server then raises it again itself, since what Lua's error raises loses the code in front.
local function isRefused(reply)
  if type(reply) ~= "table" or not reply.err then return false end
  hasStreams = not string.find(string.lower(reply.err), "unknown.-command")
  return hasStreams
end

local function toStream(stream, ...)
  if hasStreams and isRefused(redis.pcall("XADD", stream, "*", ...)) then call("XADD", stream, "*", ...) end
end

local function emit(...)
  toStream(eventsKey, ...)
end

local function maxEvents(meta)
  local max = call("HGET", meta, "opts.maxLenEvents")
  if not max then
    max = "10000"
    call("HSET", meta, "opts.maxLenEvents", max)
    -- Says who made the queue, as Node's package does; where that knows the queue already its word stays.
    call("HSETNX", meta, "version", "bullmq-net:{version}")
  end
  return max
end

-- Once a script, however many events it writes.
local function trimStream(meta, stream)
  local max = maxEvents(meta)
  if hasStreams and isRefused(redis.pcall("XTRIM", stream, "MAXLEN", "~", max)) then call("XTRIM", stream, "MAXLEN", "~", max) end
end
