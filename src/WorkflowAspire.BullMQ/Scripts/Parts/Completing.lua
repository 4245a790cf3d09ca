-- Completes many jobs. A command costs two or three microseconds here, so a job has as few of its own as possible (HSET and XADD), and
-- what can be asked or written for all at once is. What is left equals what one call for each job, in this order, would leave.

-- How many arguments a command gets from unpack; Lua's stack has its limit.
local widest = 1000

-- The finished jobs by their position: what the arguments say of them, and the names of their keys.
local ids, values, tokens, made, rulesOfJob, hashes, locks = {}, {}, {}, {}, {}, {}, {}
local results, parentFailures = {}, {}

-- Calls a command with the values, in as many calls as they need.
local function callWith(command, key, values)
  for first = 1, #values, widest do call(command, key, unpack(values, first, math.min(first + widest - 1, #values))) end
end

local function countExisting(keys, from, to)
  local found = 0
  for first = from, to, widest do found = found + call("EXISTS", unpack(keys, first, math.min(first + widest - 1, to))) end
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
local function check(from, to, haveChildren)
  local allExist = countExisting(hashes, from, to) == to - from + 1
  local holders = call("MGET", unpack(locks, from, to))
  for job = from, to do
    local result, holder = 0, holders[job - from + 1]
    if not allExist and call("EXISTS", hashes[job]) == 0 then result = -1 elseif haveChildren then result = checkChildren(hashes[job]) end
    if result == 0 and holder ~= tokens[job] then result = holder and -6 or -2 end
    results[job] = result
  end
end

-- Jobs end about in the order in which they were taken, so mostly they are the end of the list. true where that is so, and they are gone.
local function cutOffTail(leaving, left)
  local tail = call("LRANGE", activeKey, -left, -1)
  if #tail < left then return false end
  for _, id in ipairs(tail) do
    if not leaving[id] then return false end
  end
  call("LTRIM", activeKey, 0, -left - 1)
  return true
end

-- The list without them, written anew; those that were not there stay in `leaving`.
local function writeAnew(leaving)
  local active, staying = call("LRANGE", activeKey, 0, -1), {}
  for at = #active, 1, -1 do
    local id = active[at]
    if leaving[id] then leaving[id] = nil else staying[#staying + 1] = id end
  end
  if #staying == #active then return end
  call("DEL", activeKey)
  callWith("LPUSH", activeKey, staying)
end

-- Takes the jobs out of active; one that is not there gets -3.
local function leaveActiveTogether(from, to)
  local leaving, left = {}, 0
  for job = from, to do
    if results[job] == 0 then leaving[ids[job]], left = job, left + 1 end
  end
  if left == 0 or cutOffTail(leaving, left) then return end
  if call("LLEN", activeKey) > 6 * left then
    for id in pairs(leaving) do
      if call("LREM", activeKey, -1, id) > 0 then leaving[id] = nil end
    end
  else
    writeAnew(leaving)
  end
  for _, job in pairs(leaving) do results[job] = -3 end
end

-- false where the server refuses the job's hash; its reason is the job's result then.
local function record(job, rules)
  local id, key, value = ids[job], hashes[job], values[job]
  if rules.count ~= 0 then
    local written = redis.pcall("HSET", key, "returnvalue", value, "finishedOn", nowText, "atm", made[job])
    if type(written) == "table" and written.err then
      results[job] = written.err
      call("RPUSH", activeKey, id)
      return false
    end
  end
  if rules.isDeduplicated then addKeptJob(releaseDeduplication(key, id)) end
  if rules.hasParent then
    -- The job itself is done, whatever its parent's keys are.
    local isTold, failure = pcall(tellParentCompleted, key, value)
    if not isTold then parentFailures[job] = reasonOf(failure) end
  end
  if rules.count == 0 then deleteJob(key) end
  -- The caller has trimmed the stream, and so knows whether there is one.
  if hasStreams then call("XADD", eventsKey, "*", "event", "completed", "jobId", id, "returnvalue", value, "prev", "active") end
  return true
end

-- Jobs that follow each other and are kept by the same rules enter the finished set and trim it once.
local function enterCompleted(entries, rules)
  if #entries == 0 then return end
  callWith("ZADD", completedKey, entries)
  keepFinished(completedKey, rules.count, rules.age, whole(rules.limit * #entries / 2))
end

local function completeTogether(from, to, haveChildren)
  check(from, to, haveChildren)
  leaveActiveTogether(from, to)
  local job, doneLocks, doneIds, entries, rules = from, {}, {}, {}, nil
  local isDone, failure = pcall(function()
    while job <= to do
      if results[job] == 0 then
        local its = rulesOfJob[job]
        if its ~= rules then
          if rules then enterCompleted(entries, rules) end
          entries, rules = {}, its
        end
        if record(job, its) then
          if its.count ~= 0 then entries[#entries + 1], entries[#entries + 2] = nowText, ids[job] end
          doneLocks[#doneLocks + 1], doneIds[#doneIds + 1] = locks[job], ids[job]
        end
      end
      job = job + 1
    end
  end)
  if rules then enterCompleted(entries, rules) end
  if #doneIds > 0 then
    call("DEL", unpack(doneLocks))
    call("SREM", stalledKey, unpack(doneIds))
  end
  if isDone then return end
  -- The job at which the server refused to go on, and those behind it, are as they were.
  for left = job, to do
    if results[left] == 0 then
      call("RPUSH", activeKey, ids[left])
      results[left] = reasonOf(failure)
    end
  end
end

-- Reads the finished jobs from ARGV[at] on: for those that follow each other and have the same token, attempts made and rules, how many they
-- are and those three, then id and return value of each. Returns how many there are in all, and the keys of their children.
local function readJobs(at)
  local job, children = 0, {}
  while at < #ARGV do
    local last, token, attempts, rules = job + ARGV[at], ARGV[at + 1], ARGV[at + 2], rulesOf(ARGV[at + 3])
    at = at + 4
    while job < last do
      job = job + 1
      local key = prefix .. ARGV[at]
      ids[job], values[job], tokens[job], made[job], rulesOfJob[job] = ARGV[at], ARGV[at + 1], token, attempts, rules
      hashes[job], locks[job] = key, key .. ":lock"
      children[2 * job - 1], children[2 * job] = key .. ":dependencies", key .. ":unsuccessful"
      at = at + 2
    end
  end
  return job, children
end

-- The finished jobs from ARGV[first] on; returns the result of each, and how many are completed.
local function completeAll(first)
  local count, children = readJobs(first)
  -- Asked before anything moves: a set of another type would refuse jobs that have left active already.
  call("ZCARD", completedKey)
  if countExisting(children, 1, #children) == 0 then
    completeTogether(1, count, false)
  else
    -- The end of one job may be what another one of these waited for.
    for job = 1, count do completeTogether(job, job, true) end
  end

  local completed = 0
  for job = 1, count do
    if results[job] == 0 then completed = completed + 1 end
    if parentFailures[job] then results[job] = { parentFailures[job] } end
  end
  return results, completed
end
