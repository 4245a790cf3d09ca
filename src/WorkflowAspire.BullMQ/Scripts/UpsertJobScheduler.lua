-- UpsertJobScheduler.lua: a scheduler is made or changed, and its next job with it.
-- needs    Queue, Events, Waiting, Keeping, Storing, Scheduler
-- keys     the queue's, then the scheduler's hash
-- argv     prefix, now, scheduler id, next due time of a pattern (or ""), every in ms (or ""), its offset in ms (or ""),
--          start time (or ""), options of the job as JSON, data, job name, then fields and values of the hash
-- leaves   the scheduler scored by its next job's due time, ic kept; that job delayed or waiting in the place of the one that waited
-- returns  { id of the job, its delay } · -10 a job of that due time exists already · -11 the next 32 slots all have jobs
local schedulerKey, scheduler, every = KEYS[18], ARGV[3], tonumber(ARGV[5])
local opts, data, name = cjson.decode(ARGV[8]), ARGV[9], ARGV[10]
local givenOffset = tonumber(ARGV[6])
trimStream(metaKey, eventsKey)
local blocked = mayNotStart()

local prev = newestIteration(scheduler)
local millis, offset, changed = ARGV[4], 0, false
if every then
  changed = prev and tonumber(call("HGET", schedulerKey, "every")) ~= every
  millis, offset = nextSlot(not changed and tonumber(prev) or nil, every, givenOffset or 0, tonumber(ARGV[7]))
  millis = whole(millis)
end

-- While the queue is paused Node looks for the waiting job in the list of paused ones only, and so do we.
local function withdraw(id)
  if call("ZREM", delayedKey, id) == 0 and call("ZREM", prioritizedKey, id) == 0 and
    call("LREM", call("HEXISTS", metaKey, "paused") == 1 and pausedKey or waitKey, 1, id) == 0 then
    return false
  end
  deleteJob(prefix .. id)
  return true
end

local withdrawn = prev and call("EXISTS", schedulerKey .. ":" .. prev) == 1 and withdraw(iterationId(scheduler, prev))
if withdrawn then
  if every and not changed then millis = prev end
else
  givenOffset = offset
end

if call("EXISTS", schedulerKey .. ":" .. millis) == 1 then
  if every then
    local scanned = 0
    repeat
      millis = whole(tonumber(millis) + every)
      scanned = scanned + 1
      local taken = call("EXISTS", schedulerKey .. ":" .. millis) == 1
      if taken and scanned == 32 then return -11 end
    until not taken
  elseif not withdrawn then
    return -10
  end
end

local keptOffset = givenOffset and whole(givenOffset) or call("HGET", schedulerKey, "offset")
local count = call("HGET", schedulerKey, "ic") or "1"
call("ZADD", repeatKey, millis, scheduler)
call("DEL", schedulerKey)
call("HSET", schedulerKey, "name", name, "ic", count, unpack(ARGV, 11))
if keptOffset then call("HSET", schedulerKey, "offset", keptOffset) end
return { addIteration(scheduler, millis, name, data, opts, blocked) }
