-- The event that says that a queue has run empty. Comes after RateLimit.

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
