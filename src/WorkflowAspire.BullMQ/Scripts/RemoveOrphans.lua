-- RemoveOrphans.lua: deletes those of the given jobs that no list or set of the queue holds.
-- needs    Queue, Keeping
-- argv     prefix, now, most jobs to delete, then ids
-- leaves   nothing of the orphans; no events
-- returns  how many were deleted
local listed

-- Read once for all ids: to look each one up would cost a walk through the lists for each.
local function isListed(id)
  if not listed then
    listed = {}
    for _, key in ipairs({ waitKey, pausedKey, activeKey }) do
      for _, other in ipairs(call("LRANGE", key, 0, -1)) do listed[other] = true end
    end
  end
  return listed[id]
end

local function isHeld(id)
  for _, key in ipairs({ completedKey, failedKey, delayedKey, prioritizedKey, waitingChildrenKey, repeatKey }) do
    if call("ZSCORE", key, id) then return true end
  end
  return call("SISMEMBER", stalledKey, id) == 1 or isListed(id)
end

local most, removed = tonumber(ARGV[3]), 0
for at = 4, #ARGV do
  if removed >= most then break end
  local jobKey = prefix .. ARGV[at]
  -- A walk through the keys may name a job again that is already gone.
  if not isHeld(ARGV[at]) and deleteJob(jobKey) + call("DEL", jobKey .. ":lock") > 0 then removed = removed + 1 end
end
return removed
