-- GetState.lua: where a job is now, in one consistent look.
-- needs    Queue
-- argv     prefix, now, id
-- returns  completed, failed, delayed, prioritized, active, waiting, waiting-children or unknown
local id = ARGV[3]
if call("ZSCORE", completedKey, id) then return "completed" end
if call("ZSCORE", failedKey, id) then return "failed" end
if call("ZSCORE", delayedKey, id) then return "delayed" end
if call("ZSCORE", prioritizedKey, id) then return "prioritized" end
for _, list in ipairs({ { activeKey, "active" }, { waitKey, "waiting" }, { pausedKey, "waiting" } }) do
  if call("LPOS", list[1], id) then return list[2] end
end
if call("ZSCORE", waitingChildrenKey, id) then return "waiting-children" end
return "unknown"
