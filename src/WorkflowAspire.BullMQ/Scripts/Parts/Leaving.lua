-- How the attempt of an active job ends: what has to be true before, and giving up lock and place.

-- 0 the lock has this token · -2 no lock · -6 it is another worker's
local function checkLock(jobKey, token)
  local holder = call("GET", jobKey .. ":lock")
  if holder == token then return 0 end
  return holder and -6 or -2
end

-- Comes after whatever Redis may refuse (a script that stops here undoes nothing): until then the job is active and locked.
-- false if the job was not active.
local function leaveActive(jobKey, id)
  call("DEL", jobKey .. ":lock")
  call("SREM", stalledKey, id)
  return call("LREM", activeKey, -1, id) > 0
end

-- Comes before anything moves: a key of another type would refuse the job that has left active already.
local function checkTypes()
  call("ZCARD", completedKey)
  call("ZCARD", failedKey)
  call("LLEN", waitKey)
  call("ZCARD", delayedKey)
  call("ZCARD", prioritizedKey)
end
