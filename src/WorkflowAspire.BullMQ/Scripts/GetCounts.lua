-- GetCounts.lua: how many jobs each state has, in one consistent look.
-- needs    Queue
-- argv     prefix, now
-- returns  the counts of waiting, active, delayed, prioritized, paused, waiting-children, completed, failed
return { call("LLEN", waitKey), call("LLEN", activeKey), call("ZCARD", delayedKey), call("ZCARD", prioritizedKey),
  call("LLEN", pausedKey), call("ZCARD", waitingChildrenKey), call("ZCARD", completedKey), call("ZCARD", failedKey) }
