-- Complete.lua: the jobs in argv are done; take as many new ones as `count` allows.
-- needs    Queue, Events, Waiting, Take, Finish, Parent, Storing, Deduplication, KeptJob, Completing
-- argv     prefix, now, count to take, token for them, lock milliseconds, worker name,
--          then for each finished job: id, token, return value as JSON, attempts made (this one included), rules (see rulesOf)
-- leaves   job.returnvalue, finishedOn, atm; completed scored by time, trimmed; lock gone; event `completed`;
--          a parent that waited for the job told
-- returns  { {result of each finished job}, what take returns }
-- refuses  -1 job gone · -2 no lock · -3 not active · -4 children pending · -6 lock is another worker's · -9 children failed
--          · the server's own words where it refuses the job's hash (each for its own job; the others proceed)
local results = {}
if #ARGV > 6 then
  -- Written first: once a script has changed something the server lets it end, even when its memory is full.
  trimStream(metaKey, eventsKey)
  results = completeAll(7)
end
local taken = take(tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6])
if #taken > 2 then
  if #results == 0 then trimStream(metaKey, eventsKey) end
elseif #results > 0 then
  emitDrainedIfEmpty()
end
return { results, taken }
