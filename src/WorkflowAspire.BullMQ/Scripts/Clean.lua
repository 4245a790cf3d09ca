-- Clean.lua: removes the jobs of one state that are old enough, oldest first, but none that a worker has or a scheduler waits for.
-- needs    Queue, Events, Parent, Keeping, Deduplication, Scheduler, Removing
-- argv     prefix, now, state (as its key is named), newest time to remove in ms, most jobs to look at, jobs to pass over first,
--          jobs that earlier calls removed and no event has told of, whether this is the last call whatever it finds (1/0)
-- leaves   nothing of these jobs; event `cleaned` with the number of jobs that are untold, where it is the last call or they are 10000
-- returns  { jobs looked at, {ids removed}, jobs untold }
local state, newest, most, passed = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local untold, isLast = tonumber(ARGV[7]), ARGV[8] == "1"
local key = prefix .. state
local removed = {}
local ids

-- The time that counts is the last that the job has of those that mean something in its state; a job without any is removed.
local function isOld(finishedOn, processedOn, timestamp)
  if state == "prioritized" then
    finishedOn, processedOn = false, false
  elseif state == "delayed" then
    finishedOn = false
  end
  local time = tonumber(finishedOn or processedOn or timestamp)
  return not time or time <= newest
end

local function isToGo(id)
  if state == "active" and call("EXISTS", prefix .. id .. ":lock") == 1 then return false end
  local fields = redis.pcall("HMGET", prefix .. id, "finishedOn", "processedOn", "timestamp", "rjk")
  return not isScheduled(id, fields[4]) and isOld(fields[1], fields[2], fields[3])
end

if state == "completed" or state == "failed" then
  ids = call("ZRANGEBYSCORE", key, 0, whole(newest), "LIMIT", passed, most)
  for _, id in ipairs(ids) do
    discard(id)
    removed[#removed + 1] = id
  end
  removeFromSet(key, removed)
elseif state == "delayed" or state == "prioritized" then
  ids = call("ZRANGEBYSCORE", key, 0, "+inf", "LIMIT", passed, most)
  for _, id in ipairs(ids) do
    if isToGo(id) then
      discard(id)
      removed[#removed + 1] = id
    end
  end
  removeFromSet(key, removed)
else
  -- The oldest are the last of a list.
  ids = call("LRANGE", key, -(passed + most), -(passed + 1))
  for at = #ids, 1, -1 do
    if isToGo(ids[at]) then
      discard(ids[at])
      call("LREM", key, -1, ids[at])
      table.insert(removed, ids[at])
    end
  end
end

-- Node's package tells of as many in one event.
untold = untold + #removed
if isLast or #ids < most or untold >= 10000 then
  emit("event", "cleaned", "count", whole(untold))
  untold = 0
end
trimStream(metaKey, eventsKey)
return { #ids, removed, untold }
