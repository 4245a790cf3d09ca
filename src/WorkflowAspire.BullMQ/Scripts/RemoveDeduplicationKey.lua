-- RemoveDeduplicationKey.lua: jobs that a job keeps out may be added again, while it goes on.
-- needs    Queue, Deduplication
-- argv     prefix, now, deduplication id, job id
-- leaves   no key of that deduplication id, where it names this job; what is kept for when the job ends stays
-- returns  1 · 0 the key is gone or names another job
if call("GET", deduplicationKey(ARGV[3])) ~= ARGV[4] then return 0 end
return call("DEL", deduplicationKey(ARGV[3]))
