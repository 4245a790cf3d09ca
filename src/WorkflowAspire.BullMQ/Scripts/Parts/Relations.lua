-- What the end of a job means to others: to the jobs that its deduplication keeps out, and to its parent. Comes after Parent, Deduplication
-- and KeptJob.

-- returns why the parent could not be told; nil where it could, or there is none
local function tellOthers(id, jobKey, value, rules)
  if rules.isDeduplicated then addKeptJob(releaseDeduplication(jobKey, id)) end
  if not rules.hasParent then return nil end
  -- The job itself is done, whatever its parent's keys are.
  local isTold, failure = pcall(tellParentCompleted, jobKey, value)
  return not isTold and reasonOf(failure) or nil
end
