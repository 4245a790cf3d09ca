-- Deleting a job, and keeping a finished set short.

-- returns how many keys there were
local function deleteJob(jobKey)
  return call("DEL", jobKey, jobKey .. ":logs", jobKey .. ":dependencies", jobKey .. ":processed", jobKey .. ":failed",
    jobKey .. ":unsuccessful")
end

-- keepCount -1 keeps all, 0 none; keepAge is in seconds, "" for no limit; at most keepLimit old jobs go in one call. `delete` gets the
-- key of each job that goes.
local function keepFinished(finishedKey, keepCount, keepAge, keepLimit, delete)
  if keepAge ~= "" then
    local oldest = now - tonumber(keepAge) * 1000
    local old = call("ZREVRANGEBYSCORE", finishedKey, whole(oldest), "-inf", "LIMIT", 0, keepLimit)
    for _, oldId in ipairs(old) do
      delete(prefix .. oldId)
      call("ZREM", finishedKey, oldId)
    end
  end
  if keepCount > 0 then
    local old = call("ZREVRANGE", finishedKey, keepCount, -1)
    for _, oldId in ipairs(old) do delete(prefix .. oldId) end
    if #old > 0 then call("ZREMRANGEBYRANK", finishedKey, 0, -(keepCount + 1)) end
  end
end
