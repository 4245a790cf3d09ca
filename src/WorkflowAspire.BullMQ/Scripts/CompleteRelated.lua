-- CompleteRelated.lua: what Complete.lua does, for any jobs and any worker.
-- needs    Queue, Events, Waiting, RateLimit, Take, Parent, Keeping, Drained, Metrics, Storing, Deduplication, KeptJob, Relations, Completing, Exchange
-- keys     the queue's, then (where metrics are kept) metrics:completed, metrics:completed:data
-- argv     as Complete.lua
-- leaves   what Complete.lua does; a parent that waited for a job told; the last job that a deduplication kept out added; metrics
-- returns  as Complete.lua
return exchange(tellOthers, collectMetrics)
