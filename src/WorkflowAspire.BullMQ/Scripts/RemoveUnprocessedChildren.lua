-- RemoveUnprocessedChildren.lua: the children that a job waits for, with theirs, unless they failed or a worker has them.
-- needs    Queue, Events, Parent, Keeping, Deduplication, Removing
-- argv     prefix, now, id
-- leaves   nothing of those children; the job ready if it waited for nothing else; event `removed` for each child
-- returns  0
removeChildrenOf(prefix .. ARGV[3], true)
return 0
