-- Obliterate.lua: removes a paused queue with its jobs, so many in one call.
-- needs    Queue, Events, Parent, Keeping, Deduplication, Removing
-- keys     the queue's, then what else it may have: delay, metrics:completed, metrics:completed:data, metrics:failed, metrics:failed:data
-- argv     prefix, now, most jobs to remove in this call, even while jobs are active (1/0)
-- leaves   in the end only what Node's package leaves: parents that wait for children in other queues, and a rate limit that runs
-- returns  0 all gone · 1 call again · -1 not paused · -2 jobs are active
local room, force = tonumber(ARGV[3]), ARGV[4] == "1"

if call("HEXISTS", metaKey, "paused") == 0 then return -1 end
local active = call("LRANGE", activeKey, 0, room - 1)
if #active > 0 and not force then return -2 end

local function empty(key, ids, isList)
  for _, id in ipairs(ids) do discard(id) end
  if isList then
    call("LTRIM", key, #ids, -1)
  else
    removeFromSet(key, ids)
  end
  room = room - #ids
  return room > 0
end

local function emptyList(key) return empty(key, call("LRANGE", key, 0, room - 1), true) end

local function emptySet(key) return empty(key, call("ZRANGE", key, 0, room - 1), false) end

local function emptySchedulers()
  local schedulers = call("ZRANGE", repeatKey, 0, room - 1)
  for _, scheduler in ipairs(schedulers) do call("DEL", repeatKey .. ":" .. scheduler) end
  removeFromSet(repeatKey, schedulers)
  room = room - #schedulers
  return room > 0
end

for _, id in ipairs(active) do call("DEL", prefix .. id .. ":lock") end
local isEmpty = empty(activeKey, active, true) and emptySet(delayedKey) and emptySchedulers() and emptySet(completedKey)
  and emptyList(waitKey) and emptyList(pausedKey) and emptySet(prioritizedKey) and emptySet(failedKey)
if not isEmpty then return 1 end

call("DEL", eventsKey, stalledCheckKey, stalledKey, idKey, priorityCounterKey, markerKey, metaKey, unpack(KEYS, 18))
return 0
