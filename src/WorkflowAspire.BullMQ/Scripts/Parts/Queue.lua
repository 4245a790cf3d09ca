-- The queue that a script works on. Every script declares all keys of its queue, in this order, because some servers
-- (Garnet) make a script atomic through its declared keys only. Keys of single jobs are made from the prefix.
local waitKey, pausedKey, activeKey, delayedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prioritizedKey, completedKey, failedKey, waitingChildrenKey = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local metaKey, idKey, markerKey, eventsKey = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local stalledKey, stalledCheckKey, limiterKey, priorityCounterKey = KEYS[13], KEYS[14], KEYS[15], KEYS[16]
local repeatKey = KEYS[17]

local prefix, nowText = ARGV[1], ARGV[2]
local now = tonumber(nowText)
local call = redis.call

-- Lua writes large numbers in exponent form; keys, scores and fields need all their digits.
local function whole(number)
  return string.format("%.0f", number)
end

-- What pcall caught, in words: an error reply of the server is a table on some and a string on others.
local function reasonOf(failure)
  return type(failure) == "table" and (failure.err or "") or tostring(failure)
end
