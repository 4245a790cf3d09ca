-- Completes many jobs. A command costs two or three microseconds here, so a job has as few of its own as possible (HSET and XADD), and
-- what can be asked or written for all at once is. What is left equals what one call for each job, in this order, would leave.
-- Comes after Keeping.

-- How many arguments a command gets from unpack; Lua's stack has its limit.
local widest = 1000

-- The finished jobs by their position: their ids and the names of their keys. The groups are of jobs that follow each other and have the
-- same token, attempts made, number of fields in their hash and rules of how long they are kept.
local ids, hashes, locks, groups = nil, nil, nil, {}
-- The return value of job n is ARGV[valuesBehind + n].
local valuesBehind
-- Of the jobs whose hash has, or may have, more than the fields of every job: whether others are to hear of their end.
local isRelated = {}
-- Why a job is not completed, and why the parent of a completed one was not told.
local refusals, refused, parentFailures, untold = {}, 0, {}, 0

local function refuse(job, why)
  refusals[job], refused = why, refused + 1
end

-- A table to be written over that has room for so many values, at most all arguments: one that grows is copied again and again.
local function withRoom(count)
  return { unpack(ARGV, 1, count) }
end

-- Calls a command with the values, in as many calls as they need.
local function callWith(command, key, values)
  for first = 1, #values, widest do call(command, key, unpack(values, first, math.min(first + widest - 1, #values))) end
end

-- A job may have got a parent, a failed child or anything else while it was active, and only a further field of its hash tells.
local function readFurther(job, length)
  if length == 0 then
    refuse(job, -1)
    return
  end
  -- A key of another type has none, and is refused when it is written.
  local fields = redis.pcall("HMGET", hashes[job], "parentKey", "deid")
  isRelated[job] = (fields[1] or fields[2]) and true or false
end

local function readLengths()
  for _, group in ipairs(groups) do
    local expected = group.length
    for job = group.first, group.last do
      local length = redis.pcall("HLEN", hashes[job])
      if length ~= expected then readFurther(job, length) end
    end
  end
end

-- Whether one of the jobs has children that count. A child fails a job by a field of that job's hash too.
local function haveChildren(count)
  local children = withRoom(count)
  for job = 1, count do children[job] = hashes[job] .. ":dependencies" end
  for job in pairs(isRelated) do children[#children + 1] = hashes[job] .. ":unsuccessful" end
  for first = 1, #children, widest do
    if call("EXISTS", unpack(children, first, math.min(first + widest - 1, #children))) > 0 then return true end
  end
  return false
end

-- -4 children pending · -9 children failed · nil
local function checkChildren(jobKey)
  if call("SCARD", jobKey .. ":dependencies") > 0 then return -4 end
  return call("ZCARD", jobKey .. ":unsuccessful") > 0 and -9 or nil
end

local function check(from, to, areParents)
  local holders = call("MGET", unpack(locks, from, to))
  for _, group in ipairs(groups) do
    local token = group.token
    for job = math.max(from, group.first), math.min(to, group.last) do
      local holder = holders[job - from + 1]
      if (areParents or holder ~= token) and not refusals[job] then
        local why = areParents and checkChildren(hashes[job]) or (holder ~= token and (holder and -6 or -2))
        if why then refuse(job, why) end
      end
    end
  end
end

-- Jobs end about in the order in which they were taken, so mostly they are the end of the list. true where that is so, and they are gone.
local function cutOffTail(leaving, left)
  local tail = call("LRANGE", activeKey, -left, -1)
  if #tail < left then return false end
  for at = 1, left do
    if not leaving[tail[at]] then return false end
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
    if not refusals[job] then leaving[ids[job]], left = job, left + 1 end
  end
  if left == 0 or cutOffTail(leaving, left) then return end
  if call("LLEN", activeKey) > 6 * left then
    for id in pairs(leaving) do
      if call("LREM", activeKey, -1, id) > 0 then leaving[id] = nil end
    end
  else
    writeAnew(leaving)
  end
  for _, job in pairs(leaving) do refuse(job, -3) end
end

-- A job whose hash the server refuses is refused with the server's words, and active again.
local function record(job, group, others)
  local id, key, value = ids[job], hashes[job], ARGV[valuesBehind + job]
  if group.keepCount ~= "0" then
    local written = redis.pcall("HSET", key, "returnvalue", value, "finishedOn", nowText, "atm", group.made)
    if type(written) == "table" and written.err then
      refuse(job, written.err)
      call("RPUSH", activeKey, id)
      return
    end
  end
  if isRelated[job] then
    local failure = others().tell(id, key, value)
    if failure then parentFailures[job], untold = failure, untold + 1 end
  end
  if group.keepCount == "0" then deleteJob(key) end
  -- The caller has trimmed the stream, and so knows whether there is one.
  if hasStreams then call("XADD", eventsKey, "*", "event", "completed", "jobId", id, "returnvalue", value, "prev", "active") end
end

-- Jobs that follow each other and are kept by the same rules enter the finished set and trim it once; `rules` is a group of theirs.
local function enterCompleted(from, to, rules)
  if rules.keepCount == "0" then return end
  local entries, at = refused == 0 and withRoom(2 * (to - from + 1)) or {}, 1
  for job = from, to do
    if not refusals[job] then
      entries[at], entries[at + 1] = nowText, ids[job]
      at = at + 2
    end
  end
  if at == 1 then return end
  callWith("ZADD", completedKey, entries)
  if rules.keepCount ~= "-1" or rules.keepAge ~= "" then
    keepFinished(completedKey, tonumber(rules.keepCount), rules.keepAge, whole(rules.keepLimit * (at - 1) / 2), deleteJob)
  end
end

local function areKeptAlike(group, other)
  return group.keepCount == other.keepCount and group.keepAge == other.keepAge and group.keepLimit == other.keepLimit
end

local function enterCompletedByRules(from, to)
  local start, rules = from, nil
  for _, group in ipairs(groups) do
    if group.first <= to and group.last >= from then
      local first = math.max(from, group.first)
      if rules and not areKeptAlike(group, rules) then
        enterCompleted(start, first - 1, rules)
        start = first
      end
      rules = group
    end
  end
  if rules then enterCompleted(start, to, rules) end
end

local function releaseLocks(from, to)
  local doneLocks, doneIds = locks, ids
  if refused > 0 then
    doneLocks, doneIds = {}, {}
    for job = from, to do
      if not refusals[job] then doneLocks[#doneLocks + 1], doneIds[#doneIds + 1] = locks[job], ids[job] end
    end
    if #doneIds == 0 then return end
    from, to = 1, #doneIds
  end
  call("DEL", unpack(doneLocks, from, to))
  call("SREM", stalledKey, unpack(doneIds, from, to))
end

local function completeTogether(from, to, areParents, others)
  check(from, to, areParents)
  leaveActiveTogether(from, to)
  local reached = from - 1
  local isDone, failure = pcall(function()
    for _, group in ipairs(groups) do
      for job = math.max(from, group.first), math.min(to, group.last) do
        if not refusals[job] then record(job, group, others) end
        reached = job
      end
    end
  end)
  if reached >= from then
    enterCompletedByRules(from, reached)
    releaseLocks(from, reached)
  end
  if isDone then return end
  -- The job at which the server refused to go on, and those behind it, are as they were.
  for left = reached + 1, to do
    if not refusals[left] then
      call("RPUSH", activeKey, ids[left])
      refuse(left, reasonOf(failure))
    end
  end
end

-- Reads the finished jobs from ARGV[at] on, as the script that completes them tells; returns how many there are.
local function readJobs(at)
  local count = tonumber(ARGV[at])
  valuesBehind = at + count
  ids, hashes, locks = { unpack(ARGV, at + 1, valuesBehind) }, withRoom(count), withRoom(count)
  for job = 1, count do
    local key = prefix .. ids[job]
    hashes[job], locks[job] = key, key .. ":lock"
  end
  local first = 1
  for at = valuesBehind + count + 1, #ARGV, 7 do
    local last = first + ARGV[at] - 1
    groups[#groups + 1] = { first = first, last = last, token = ARGV[at + 1], made = ARGV[at + 2], length = tonumber(ARGV[at + 3]),
      keepCount = ARGV[at + 4], keepAge = ARGV[at + 5], keepLimit = ARGV[at + 6] }
    first = last + 1
  end
  return count
end

-- What each job is told, where one of them is told anything.
local function resultsOf(count)
  local results = {}
  if refused == 0 and untold == 0 then return results end
  for job = 1, count do results[job] = refusals[job] or (parentFailures[job] and { parentFailures[job] }) or 0 end
  return results
end

-- Completes the finished jobs from ARGV[first] on; `others` is what sets up Relations. Returns the result of each, none where all are
-- completed, and how many are.
local function completeAll(first, others)
  local count = readJobs(first)
  -- Asked before anything moves: a set of another type would refuse jobs that have left active already.
  call("ZCARD", completedKey)
  readLengths()
  if haveChildren(count) then
    -- The end of one job may be what another one of these waited for.
    for job = 1, count do completeTogether(job, job, true, others) end
  else
    completeTogether(1, count, false, others)
  end
  return resultsOf(count), count - refused
end
