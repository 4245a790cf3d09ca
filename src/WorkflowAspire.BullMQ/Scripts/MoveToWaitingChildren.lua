-- MoveToWaitingChildren.lua: an active job parks until its children have finished.
-- needs    Queue, Events, Leaving
-- argv     prefix, now, id, token, the key of the one child to wait for ("" for all)
-- leaves   lock gone; the job in waiting-children; event `waiting-children`
-- returns  0 · 1 nothing to wait for (nothing is changed then) · -1 job gone · -2 no lock · -3 not active
--          · -6 lock is another worker's · -9 children failed
local id, child = ARGV[3], ARGV[5]
local jobKey = prefix .. id
if call("EXISTS", jobKey) == 0 then return -1 end
if call("ZCARD", jobKey .. ":unsuccessful") > 0 then return -9 end
local pending
if child ~= "" then
  pending = call("SISMEMBER", jobKey .. ":dependencies", child)
else
  pending = call("SCARD", jobKey .. ":dependencies")
end
if pending == 0 then return 1 end
local refused = checkLock(jobKey, ARGV[4])
if refused < 0 then return refused end
if not leaveActive(jobKey, id) then return -3 end
call("ZADD", waitingChildrenKey, nowText, id)
emit("event", "waiting-children", "jobId", id, "prev", "active")
return 0
