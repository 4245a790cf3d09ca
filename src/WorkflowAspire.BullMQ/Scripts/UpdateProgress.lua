-- UpdateProgress.lua: a job tells how far it is.
-- needs    Queue, Events
-- argv     prefix, now, id, progress as JSON
-- leaves   job.progress; event `progress`
-- returns  0 · -1 job gone
local id, progress = ARGV[3], ARGV[4]
local jobKey = prefix .. id
if call("EXISTS", jobKey) == 0 then return -1 end
call("HSET", jobKey, "progress", progress)
emit("event", "progress", "jobId", id, "data", progress)
trimStream(metaKey, eventsKey)
return 0
