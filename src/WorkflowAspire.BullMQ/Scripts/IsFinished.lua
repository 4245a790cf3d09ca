-- IsFinished.lua: whether a job has ended and how, and the newest event at that moment.
-- needs    Queue
-- argv     prefix, now, id
-- returns  { 0 not finished · 1 completed · 2 failed · -1 job gone, return value or reason or "", id of the newest event }
-- For those who wait for the job's event: what comes after that id happened after this look.
local id = ARGV[3]
local jobKey = prefix .. id
local newest = "0-0"
local last = redis.pcall("XREVRANGE", eventsKey, "+", "-", "COUNT", 1)
if type(last) == "table" and not last.err and last[1] then newest = last[1][1] end

if call("EXISTS", jobKey) == 0 then return { -1, "", newest } end
if call("ZSCORE", completedKey, id) then return { 1, call("HGET", jobKey, "returnvalue") or "null", newest } end
if call("ZSCORE", failedKey, id) then return { 2, call("HGET", jobKey, "failedReason") or "", newest } end
return { 0, "", newest }
