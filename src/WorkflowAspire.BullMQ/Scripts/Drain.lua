-- Drain.lua: removes jobs that wait (or are parked, or prioritized) and if asked the delayed ones, but none that a scheduler waits for.
-- needs    Queue, Events, Parent, Keeping, Deduplication, Removing
-- argv     prefix, now, delayed ones too (1/0), most jobs to remove in this call
-- leaves   nothing of these jobs; no events
-- returns  { jobs removed, jobs that are left in these states }
local withDelayed, most = ARGV[3] == "1", tonumber(ARGV[4])
local removed = 0

local scheduled = {}
local schedulers = call("ZRANGE", repeatKey, 0, -1, "WITHSCORES")
for at = 1, #schedulers, 2 do
  scheduled["repeat:" .. schedulers[at] .. ":" .. whole(tonumber(schedulers[at + 1]))] = true
end

-- From the end that is taken next, so that the jobs that are added meanwhile come last.
local function drainList(key)
  local kept = 0
  while removed < most do
    local ids = call("LRANGE", key, -(kept + most - removed), -(kept + 1))
    if #ids == 0 then return end
    for at = #ids, 1, -1 do
      if scheduled[ids[at]] then
        kept = kept + 1
      else
        discard(ids[at])
        call("LREM", key, -1, ids[at])
        removed = removed + 1
      end
    end
  end
end

local function drainSet(key)
  local kept = 0
  while removed < most do
    local ids = call("ZRANGE", key, kept, kept + most - removed - 1)
    if #ids == 0 then return end
    local gone = {}
    for _, id in ipairs(ids) do
      if scheduled[id] then
        kept = kept + 1
      else
        discard(id)
        gone[#gone + 1] = id
      end
    end
    removeFromSet(key, gone)
    removed = removed + #gone
  end
end

drainList(waitKey)
drainList(pausedKey)
if withDelayed then drainSet(delayedKey) end
drainSet(prioritizedKey)

local left = call("LLEN", waitKey) + call("LLEN", pausedKey) + call("ZCARD", prioritizedKey)
return { removed, left + (withDelayed and call("ZCARD", delayedKey) or 0) }
