-- Remove.lua: a job and all that belongs to it, whatever its state, unless a worker has it; with the jobs below it if asked.
-- needs    Queue, Events, Parent, Keeping, Deduplication, Scheduler, Removing
-- argv     prefix, now, id, with its children (1/0)
-- leaves   nothing of the job nor, if so wished, of its children, in whatever queues; a parent no longer waits for it; event
--          `removed` for each
-- returns  1 · 0 a worker has it or a child of it · -1 job gone · -8 a scheduler waits for it
local id, withChildren = ARGV[3], ARGV[4] == "1"
local jobKey = prefix .. id
if isScheduled(id, call("HGET", jobKey, "rjk")) then return -8 end
if isLocked(jobKey, withChildren) then return 0 end
return remove(prefix, id, withChildren) and 1 or -1
