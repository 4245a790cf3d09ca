-- GetCountsPerPriority.lua: how many jobs wait with each priority; 0 is for those without one.
-- needs    Queue, Waiting
-- argv     prefix, now, then the priorities
-- returns  the counts, in the same order
mayNotStart()
local counts = {}
for at = 3, #ARGV do
  local priority = tonumber(ARGV[at])
  counts[#counts + 1] = priority == 0 and call("LLEN", targetKey)
    or call("ZCOUNT", prioritizedKey, whole(priority * 0x100000000), whole((priority + 1) * 0x100000000 - 1))
end
return counts
