-- Add.lua: adds jobs, each once: an id that exists already is left as it is.
-- needs    Queue, Events, Waiting, Storing
-- argv     prefix, now, then for each job: id ("" for the queue's next number), name, data, opts as JSON, timestamp, delay, priority, lifo (1/0)
-- leaves   the job hash; its id in wait, prioritized or delayed; the marker; events `added` and `waiting` or `delayed`, or `duplicated`
-- returns  the ids, in order; for a job that the server refused a table with the error instead (the others are added)
local blocked = mayNotStart()
local perJob, count = 8, (#ARGV - 2) / 8
local ids, isWaiting, isDelayed = {}, false, false

-- Every job takes a number, whether it needs one or not.
local number = call("INCRBY", idKey, whole(count)) - count
local keys = {}
for job = 1, count do
  local id = ARGV[3 + (job - 1) * perJob]
  ids[job] = id ~= "" and id or whole(number + job)
  keys[job] = prefix .. ids[job]
end
local mayExist = call("EXISTS", unpack(keys)) > 0

-- Jobs that follow each other into the wait list go there together. A job that no list holds would keep its id from ever being added
-- again, so what the server refuses goes.
local run, push = {}, nil
local function refuse(job, failure)
  call("DEL", keys[job])
  ids[job] = { reasonOf(failure) }
end
local function endRun()
  if #run == 0 then return end
  local together = {}
  for at, job in ipairs(run) do together[at] = ids[job] end
  local isPushed, failure = pcall(call, push, targetKey, unpack(together))
  if isPushed then isWaiting = true else for _, job in ipairs(run) do refuse(job, failure) end end
  run = {}
end

local function add(job, at)
  local delay, priority = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  store(ids[job], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], delay, priority)
  if delay > 0 then
    toDelayed(ids[job], tonumber(ARGV[at + 4]) + delay)
    isDelayed = true
    return
  end
  if priority > 0 then
    call("ZADD", prioritizedKey, priorityScore(priority), ids[job])
    isWaiting = true
  else
    local side = ARGV[at + 7] == "1" and "RPUSH" or "LPUSH"
    if side ~= push then
      endRun()
      push = side
    end
    run[#run + 1] = job
  end
  emit("event", "waiting", "jobId", ids[job])
end

local added = {}
for job = 1, count do
  if added[keys[job]] or (mayExist and call("EXISTS", keys[job]) == 1) then
    emit("event", "duplicated", "jobId", ids[job])
  else
    local isAdded, failure = pcall(add, job, 3 + (job - 1) * perJob)
    if isAdded then added[keys[job]] = true else refuse(job, failure) end
  end
end
endRun()

if isWaiting then wakeWorkers(blocked) end
if isDelayed then wakeForNextDelayed() end
trimStream(metaKey, eventsKey)
return ids
