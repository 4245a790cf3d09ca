-- What completing and failing share: giving up the lock, leaving active, entering the finished set, keeping it short.

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

local function deleteJob(jobKey)
  call("DEL", jobKey, jobKey .. ":logs", jobKey .. ":dependencies", jobKey .. ":processed", jobKey .. ":failed",
    jobKey .. ":unsuccessful")
end

-- keepCount -1 keeps all, 0 none; keepAge is in seconds, "" for no limit; at most keepLimit old jobs go in one call.
local function keepFinished(finishedKey, id, keepCount, keepAge, keepLimit)
  if keepAge ~= "" then
    local oldest = now - tonumber(keepAge) * 1000
    local old = call("ZREVRANGEBYSCORE", finishedKey, whole(oldest), "-inf", "LIMIT", 0, keepLimit)
    for _, oldId in ipairs(old) do
      deleteJob(prefix .. oldId)
      call("ZREM", finishedKey, oldId)
    end
  end
  if keepCount > 0 then
    local old = call("ZREVRANGE", finishedKey, keepCount, -1)
    for _, oldId in ipairs(old) do deleteJob(prefix .. oldId) end
    if #old > 0 then call("ZREMRANGEBYRANK", finishedKey, 0, -(keepCount + 1)) end
  end
end

-- property is "returnvalue" or "failedReason"; further fields and values may follow.
local function enterFinished(finishedKey, jobKey, id, property, value, keepCount, keepAge, keepLimit, ...)
  if keepCount == 0 then
    deleteJob(jobKey)
    return
  end
  call("ZADD", finishedKey, nowText, id)
  call("HSET", jobKey, property, value, "finishedOn", nowText, ...)
  keepFinished(finishedKey, id, keepCount, keepAge, keepLimit)
end

-- For a worker that looks for more, a queue that is paused or has delayed jobs is not drained; for one that closes it is.
local function emitDrainedIfEmpty(looksForMore)
  if call("LLEN", waitKey) > 0 or call("LLEN", activeKey) > 0 or call("ZCARD", prioritizedKey) > 0 then return end
  if looksForMore and (call("ZCARD", delayedKey) > 0 or call("HEXISTS", metaKey, "paused") == 1) then return end
  emit("event", "drained")
end

-- A producer that deduplicates may add the next job of this kind once this one has ended (unless a time was given for it).
local function releaseDeduplication(jobKey, id)
  local deduplication = call("HGET", jobKey, "deid")
  if not deduplication then return end
  local key = prefix .. "de:" .. deduplication
  if call("PTTL", key) <= 0 and call("GET", key) == id then call("DEL", key) end
end
