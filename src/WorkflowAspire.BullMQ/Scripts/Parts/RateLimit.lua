-- The queue's rate limit: the limiter key counts the jobs taken since its first one, and expires with that time.

-- For how long nothing may be taken (milliseconds, 0 for not at all), and how many jobs of `max` are used up; max nil is no limit.
local function rateLimit(max)
  if not max then return 0, 0 end
  local used = tonumber(call("GET", limiterKey) or "0")
  if used < max then return 0, used end
  local ttl = call("PTTL", limiterKey)
  if ttl > 0 then return ttl, used end
  call("DEL", limiterKey)
  return 0, 0
end
