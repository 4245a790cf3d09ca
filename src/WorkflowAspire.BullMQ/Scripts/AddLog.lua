-- AddLog.lua: a job gets a row of log.
-- needs    Queue
-- argv     prefix, now, id, row, newest rows to keep (0 for all)
-- leaves   the row at the end of job:logs; no event
-- returns  how many rows the job has now · -1 job gone
local jobKey, keep = prefix .. ARGV[3], tonumber(ARGV[5])
if call("EXISTS", jobKey) == 0 then return -1 end
local rows = call("RPUSH", jobKey .. ":logs", ARGV[4])
if keep == 0 then return rows end
call("LTRIM", jobKey .. ":logs", -keep, -1)
return math.min(rows, keep)
