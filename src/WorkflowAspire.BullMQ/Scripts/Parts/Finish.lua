-- What completing and failing share: giving up the lock, leaving active, entering the finished set, keeping it short. Comes after Parent.

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

-- returns how many keys there were
local function deleteJob(jobKey)
  return call("DEL", jobKey, jobKey .. ":logs", jobKey .. ":dependencies", jobKey .. ":processed", jobKey .. ":failed",
    jobKey .. ":unsuccessful")
end

-- A parent still waits for a child that failed without a rule for it; for one that completed it never does.
local function deleteFinished(finishedKey, id)
  if finishedKey == failedKey then forgetChild(prefix .. id) end
  deleteJob(prefix .. id)
end

-- keepCount -1 keeps all, 0 none; keepAge is in seconds, "" for no limit; at most keepLimit old jobs go in one call.
local function keepFinished(finishedKey, keepCount, keepAge, keepLimit)
  if keepAge ~= "" then
    local oldest = now - tonumber(keepAge) * 1000
    local old = call("ZREVRANGEBYSCORE", finishedKey, whole(oldest), "-inf", "LIMIT", 0, keepLimit)
    for _, oldId in ipairs(old) do
      deleteFinished(finishedKey, oldId)
      call("ZREM", finishedKey, oldId)
    end
  end
  if keepCount > 0 then
    local old = call("ZREVRANGE", finishedKey, keepCount, -1)
    for _, oldId in ipairs(old) do deleteFinished(finishedKey, oldId) end
    if #old > 0 then call("ZREMRANGEBYRANK", finishedKey, 0, -(keepCount + 1)) end
  end
end

-- property is "returnvalue" or "failedReason"; further fields and values may follow.
local function enterFinished(finishedKey, jobKey, id, property, value, keepCount, keepAge, keepLimit, ...)
  if keepCount == 0 then
    deleteFinished(finishedKey, id)
    return
  end
  call("ZADD", finishedKey, nowText, id)
  call("HSET", jobKey, property, value, "finishedOn", nowText, ...)
  keepFinished(finishedKey, keepCount, keepAge, keepLimit)
end

-- To a worker that asks for its next job, a queue that is paused, has delayed jobs or is at its rate limit is not drained.
local function emitDrainedIfEmpty(asks, limiterMax)
  if call("LLEN", waitKey) > 0 or call("LLEN", activeKey) > 0 or call("ZCARD", prioritizedKey) > 0 then return end
  if asks then
    if call("ZCARD", delayedKey) > 0 then return end
    local settings = call("HMGET", metaKey, "paused", "max")
    if settings[1] or rateLimit(tonumber(settings[2] or limiterMax)) > 0 then return end
  end
  emit("event", "drained")
end

-- A producer that deduplicates may add the next job of this kind once this one has ended (unless a time was given for it).
local function releaseDeduplication(jobKey, id)
  local deduplication = call("HGET", jobKey, "deid")
  if not deduplication then return nil end
  local key = prefix .. "de:" .. deduplication
  -- A key of another type is nobody's, and must not stop the script half-way.
  if call("PTTL", key) <= 0 and redis.pcall("GET", key) == id then call("DEL", key) end
  return deduplication
end

-- Comes before anything moves: a key of another type would refuse the job that has left active already.
local function checkTypes()
  call("ZCARD", completedKey)
  call("ZCARD", failedKey)
  call("LLEN", waitKey)
  call("ZCARD", delayedKey)
  call("ZCARD", prioritizedKey)
end
