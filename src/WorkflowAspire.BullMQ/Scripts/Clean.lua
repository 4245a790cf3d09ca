-- Clean.lua: removes the jobs of one state that are old enough, oldest first, but none that a worker has or a scheduler waits for.
-- needs    Queue, Events, Finish, Removing
-- argv     prefix, now, state (as its key is named), newest time to remove in ms, most jobs to look at, jobs to pass over first
-- leaves   nothing of these jobs; event `cleaned` with their number
-- returns  { jobs looked at, {ids removed} }
local state, newest, most, passed = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
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

emit("event", "cleaned", "count", #removed)
trimStream(metaKey, eventsKey)
return { #ids, removed }
