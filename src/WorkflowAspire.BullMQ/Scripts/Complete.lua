-- Complete.lua: the jobs in argv are done; take as many new ones as `count` allows.
-- needs    Queue, Events, Waiting, RateLimit, Take, Parent, Finish, Metrics, Storing, Deduplication, KeptJob, Completing
-- keys     the queue's, then (where metrics are kept) metrics:completed, metrics:completed:data
-- argv     prefix, now, count to take, token for them, lock milliseconds, worker name, the worker's rate limit (jobs, ms; "" for none),
--          how many minutes metrics keep ("" for no metrics),
--          then the finished jobs, those of the same token, attempts made (this one included) and rules (see rulesOf) together: how many, these
--          three, and for each id and return value as JSON
-- leaves   job.returnvalue, finishedOn, atm; completed scored by time, trimmed; lock gone; event `completed`;
--          a parent that waited for the job told; metrics; nothing is taken for a caller whose finished jobs were all refused
-- returns  { {result of each finished job}, what take returns }
-- refuses  -1 job gone · -2 no lock · -3 not active · -4 children pending · -6 lock is another worker's · -9 children failed
--          · the server's own words where it refuses the job's hash; those in a table where it refuses the parent's keys, with the job
--          completed all the same (each for its own job; the others proceed)
local results, completed = {}, 0
if #ARGV > 9 then
  -- Written first: once a script has changed something the server lets it end, even when its memory is full.
  trimStream(metaKey, eventsKey)
  results, completed = completeAll(10)
  if completed > 0 and ARGV[9] ~= "" then collectMetrics("completed", completed, tonumber(ARGV[9])) end
  -- Due now: such a caller asks again at once.
  if completed == 0 then return { results, { 0, nowText } } end
end

local count = tonumber(ARGV[3])
local taken = count > 0 and take(count, ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]) or { 0, "" }
if #taken > 2 then
  if #results == 0 then trimStream(metaKey, eventsKey) end
elseif #results > 0 then
  emitDrainedIfEmpty(count > 0, ARGV[7])
end
return { results, taken }
