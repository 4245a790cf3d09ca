-- Take.lua: takes as many jobs as `count` allows. What Complete.lua does for a caller without finished jobs, but an idle worker's job doesn't
-- wait until all that completing needs has been set up. Whatever ends a job trims the stream, so that this need not.
-- needs    Queue, Events, Waiting, RateLimit, Take
-- argv     prefix, now, count to take, token for them, lock milliseconds, worker name, the worker's rate limit (jobs, ms; "" for none);
--          and where the call waits behind another one, the server's clock at `now`: as much has passed since on the worker's
-- leaves   the jobs in active with their locks, processedOn, ats, pb; events `active`; the marker
-- returns  { {}, what take returns }
return { {}, take(tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]) }
