-- Remove.lua: a job and all that belongs to it, whatever its state, unless a worker has it.
-- needs    Queue, Events, Waiting, Parent, Finish, Deduplication, Removal, Scheduler
-- argv     prefix, now, id, with its children (1/0)
-- leaves   nothing of the job nor, if so wished, of its children, in whatever queues; a parent no longer waits for it; event
--          `removed` for each
-- returns  1 · 0 no such job, or a worker has it or one of the children that it waits for (nothing is changed then)
--          · -8 the newest job of a scheduler, which makes the next one only when this is taken
local id, withChildren = ARGV[3], ARGV[4] == "1"
if isNewestIteration(id) then return -8 end
if isHeld(prefix, id, withChildren) then return 0 end
return removeJob(prefix, id, nil, withChildren, false) and 1 or 0
