-- NextIteration.lua: a worker has taken a scheduler's newest job; the one after it is added.
-- needs    Queue, Events, Waiting, Storing, Scheduler
-- keys     the queue's, then the scheduler's hash
-- argv     prefix, now, scheduler id, id of the job taken, next due time of a pattern (or "" for an interval), start and end time (or ""),
--          the trace that the next job carries where the one taken carries none (or "")
-- leaves   the scheduler scored by the next job's due time, ic counted; the next job with the options of the one taken and the
--          scheduler's data; or, where that job exists already, an event `duplicated`
-- returns  id of the next job, or "" where none was added: the scheduler is gone, the job is not its newest (any more), or the next exists
local schedulerKey, scheduler, id = KEYS[18], ARGV[3], ARGV[4]
local prev = newestIteration(scheduler)
if not prev or id ~= iterationId(scheduler, prev) then return "" end

local attributes = call("HMGET", schedulerKey, "name", "data", "every", "offset", "ic")
local job = call("HMGET", prefix .. id, "opts", "data", "name")
if not job[1] then return "" end
local opts = cjson.decode(job[1])
local rules = opts["repeat"]
if not rules then return "" end
local every = tonumber(attributes[3]) or tonumber(rules.every)

local millis = ARGV[5]
if every then millis = whole((nextSlot(tonumber(prev), every, tonumber(attributes[4]) or tonumber(rules.offset) or 0))) end
trimStream(metaKey, eventsKey)
if call("EXISTS", schedulerKey .. ":" .. millis) == 1 then
  emit("event", "duplicated", "jobId", iterationId(scheduler, millis))
  return ""
end

-- The options as Node writes them again after it has read them.
opts.attempts = opts.attempts or 0
if type(opts.backoff) == "number" then opts.backoff = { type = "fixed", delay = opts.backoff } end
opts.timestamp, opts.repeatJobKey, opts.prevMillis = now, scheduler, tonumber(ARGV[5])
if ARGV[8] ~= "" and not opts.tm and not opts.omc then opts.tm = ARGV[8] end
rules.count = (tonumber(rules.count) or 0) + 1
rules.startDate, rules.endDate, rules.immediately = tonumber(ARGV[6]), tonumber(ARGV[7]), nil
if not rules.every or rules.offset == 0 then rules.offset = nil end

-- BullMQ 5 keeps the payload of a repeatable job in the jobs only, and hands it from each to the next; BullMQ 6 knows the scheduler's alone.
local isOfBullMQ5 = string.find(call("HGET", metaKey, "version") or "", "^bullmq:5")
local data = attributes[2]
if not data and (isOfBullMQ5 or not attributes[5]) then
  data = job[2]
  if data and data ~= "{}" then call("HSET", schedulerKey, "data", data) end
end

local blocked = mayNotStart()
call("ZADD", repeatKey, millis, scheduler)
call("HINCRBY", schedulerKey, "ic", 1)
local nextId = addIteration(scheduler, millis, attributes[1] or job[3], data or "{}", opts, blocked)
if isOfBullMQ5 then call("HSET", prefix .. id, "nrjid", nextId) end
return nextId
