-- UpdateData.lua: a job gets another payload.
-- needs    Queue
-- argv     prefix, now, id, data as JSON
-- leaves   job.data; no event
-- returns  0 · -1 job gone
local jobKey = prefix .. ARGV[3]
if call("EXISTS", jobKey) == 0 then return -1 end
call("HSET", jobKey, "data", ARGV[4])
return 0
