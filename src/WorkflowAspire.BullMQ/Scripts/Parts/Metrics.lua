-- How many jobs finished in each minute, as Node's getMetrics reads them. The keys are the caller's to declare.

-- Several jobs of one call count as if they had finished one after the other within its millisecond. A point is pushed when
-- the first job of a later minute comes, for the jobs before it; the minutes without any are zeros.
local function collectMetrics(state, finished, maxDataPoints)
  local key = prefix .. "metrics:" .. state
  local before = call("HINCRBY", key, "count", finished) - finished
  local last = call("HMGET", key, "prevTS", "prevCount")
  if not last[1] then
    call("HSET", key, "prevTS", nowText, "prevCount", 0)
    return
  end

  local minutes = math.min(math.floor(now / 60000) - math.floor(tonumber(last[1]) / 60000), maxDataPoints)
  if minutes <= 0 then return end
  local points = { whole(before - tonumber(last[2])) }
  for minute = 2, minutes do points[minute] = "0" end
  for first = 1, #points, 5000 do
    call("LPUSH", key .. ":data", unpack(points, first, math.min(first + 4999, #points)))
  end
  call("LTRIM", key .. ":data", 0, maxDataPoints - 1)
  call("HSET", key, "prevCount", before, "prevTS", nowText)
end
