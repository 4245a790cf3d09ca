-- Completes many jobs. A command costs about a microsecond, so a job has as few of its own as possible (HSET and XADD), and what
-- can be asked or written for all at once is. What is left equals what one call for each job, in this order, would leave.

-- How many arguments a command gets from unpack; Lua's stack has its limit.
local widest = 1000

-- Calls a command with the values, in as many calls as they need.
local function callWith(command, key, values)
  for first = 1, #values, widest do call(command, key, unpack(values, first, math.min(first + widest - 1, #values))) end
end

local function countExisting(keys)
  local found = 0
  for first = 1, #keys, widest do found = found + call("EXISTS", unpack(keys, first, math.min(first + widest - 1, #keys))) end
  return found
end

-- rules: "" for a job that is kept for ever and has nothing special, or flags, keep count, keep age and keep limit with '|' between;
-- the flags are d (deduplicated) and p (has a parent).
local rulesByText = { [""] = { count = -1, age = "", limit = 0 } }
local function rulesOf(text)
  local rules = rulesByText[text]
  if not rules then
    local flags, count, age, limit = string.match(text, "^(%a*)|(.*)|(.*)|(.*)$")
    rules = { isDeduplicated = string.find(flags, "d", 1, true), hasParent = string.find(flags, "p", 1, true),
      count = tonumber(count), age = age, limit = tonumber(limit) }
    rulesByText[text] = rules
  end
  return rules
end

-- -4 children pending · -9 children failed · 0
local function checkChildren(jobKey)
  if call("SCARD", jobKey .. ":dependencies") > 0 then return -4 end
  return call("ZCARD", jobKey .. ":unsuccessful") > 0 and -9 or 0
end

-- Each job gets its refusal, or 0 as its result.
local function checkTogether(jobs, haveChildren)
  local hashes, locks = {}, {}
  for at, job in ipairs(jobs) do hashes[at], locks[at] = job.key, job.key .. ":lock" end
  local allExist, holders = countExisting(hashes) == #jobs, call("MGET", unpack(locks))
  for at, job in ipairs(jobs) do
    local holder = holders[at]
    job.result = not allExist and call("EXISTS", job.key) == 0 and -1 or haveChildren and checkChildren(job.key) or 0
    if job.result == 0 and holder ~= job.token then job.result = holder and -6 or -2 end
  end
end

-- Takes the jobs out of active; one that is not there gets -3. Where much of the list leaves, the list is written anew.
local function leaveActiveTogether(jobs)
  local leaving, left = {}, 0
  for _, job in ipairs(jobs) do
    if job.result == 0 then leaving[job.id], left = job, left + 1 end
  end
  if left == 0 then return end
  if call("LLEN", activeKey) > 3 * left then
    for id, job in pairs(leaving) do
      if call("LREM", activeKey, -1, id) == 0 then job.result = -3 end
    end
    return
  end

  local active, staying = call("LRANGE", activeKey, 0, -1), {}
  for at = #active, 1, -1 do
    local id = active[at]
    if leaving[id] then leaving[id] = nil else staying[#staying + 1] = id end
  end
  for _, job in pairs(leaving) do job.result = -3 end
  if #staying == #active then return end
  call("DEL", activeKey)
  callWith("LPUSH", activeKey, staying)
end

local function record(job)
  local rules = job.rules
  if rules.isDeduplicated then addKeptJob(releaseDeduplication(job.key, job.id)) end
  if rules.hasParent then
    -- The job itself is done, whatever its parent's keys are.
    local isTold, failure = pcall(tellParentCompleted, job.key, job.value)
    if not isTold then job.parentFailure = reasonOf(failure) end
  end
  if rules.count == 0 then
    deleteJob(job.key)
  else
    call("HSET", job.key, "returnvalue", job.value, "finishedOn", nowText, "atm", job.made)
  end
  emit("event", "completed", "jobId", job.id, "returnvalue", job.value, "prev", "active")
end

-- Jobs that follow each other and are kept by the same rules enter the finished set and trim it once.
local function enterCompleted(entries, rules)
  if #entries == 0 then return end
  callWith("ZADD", completedKey, entries)
  keepFinished(completedKey, rules.count, rules.age, whole(rules.limit * #entries / 2))
end

local function completeTogether(jobs, haveChildren)
  checkTogether(jobs, haveChildren)
  leaveActiveTogether(jobs)
  local locks, ids, entries, rules = {}, {}, {}, nil
  for _, job in ipairs(jobs) do
    if job.result == 0 then
      local isRecorded, failure = pcall(record, job)
      if isRecorded then
        if job.rules ~= rules then
          if rules then enterCompleted(entries, rules) end
          entries, rules = {}, job.rules
        end
        if rules.count ~= 0 then entries[#entries + 1], entries[#entries + 2] = nowText, job.id end
        locks[#locks + 1], ids[#ids + 1] = job.key .. ":lock", job.id
      else
        call("RPUSH", activeKey, job.id)
        job.result = reasonOf(failure)
      end
    end
  end
  if rules then enterCompleted(entries, rules) end
  if #ids > 0 then
    call("DEL", unpack(locks))
    call("SREM", stalledKey, unpack(ids))
  end
end

-- The finished jobs from ARGV[first] on; returns the result of each, and how many are completed.
local function completeAll(first)
  local jobs, children = {}, {}
  for at = first, #ARGV, 5 do
    local key = prefix .. ARGV[at]
    jobs[#jobs + 1] = { id = ARGV[at], key = key, token = ARGV[at + 1], value = ARGV[at + 2], made = ARGV[at + 3], rules = rulesOf(ARGV[at + 4]) }
    children[#children + 1], children[#children + 2] = key .. ":dependencies", key .. ":unsuccessful"
  end

  -- Asked before anything moves: a set of another type would refuse jobs that have left active already.
  call("ZCARD", completedKey)
  if countExisting(children) == 0 then
    completeTogether(jobs, false)
  else
    -- The end of one job may be what another one of these waited for.
    for _, job in ipairs(jobs) do completeTogether({ job }, true) end
  end

  local results, completed = {}, 0
  for at, job in ipairs(jobs) do
    results[at] = job.parentFailure and { job.parentFailure } or job.result
    if job.result == 0 then completed = completed + 1 end
  end
  return results, completed
end
