-- GetRateLimitTtl.lua: for how long the queue's rate limit forbids to take jobs.
-- needs    Queue, RateLimit
-- argv     prefix, now, the limit to look at ("" for the queue's own, or without one whatever time the limiter has left)
-- returns  milliseconds; 0 or less for not at all
local max = tonumber(ARGV[3]) or tonumber(call("HGET", metaKey, "max") or "")
if max then return (rateLimit(max)) end
return call("PTTL", limiterKey)
