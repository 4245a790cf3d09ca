-- What the end of a job means to others: to the jobs that its deduplication keeps out, to its parent, and to who counts. Comes last of
-- what is set up later, after Parent, KeptJob and Metrics.
return {
  collectMetrics = collectMetrics,

  -- returns why the parent could not be told; nil where it could, or there is none
  tell = function(id, jobKey, value)
    local deduplication = releaseDeduplication(jobKey, id)
    if deduplication then addKeptJob(deduplication) end
    -- The job itself is done, whatever its parent's keys are.
    local isTold, failure = pcall(tellParentCompleted, jobKey, value)
    return not isTold and reasonOf(failure) or nil
  end,
}
