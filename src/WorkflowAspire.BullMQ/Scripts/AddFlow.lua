-- AddFlow.lua: adds trees of jobs, which may lie in several queues, parents before their children.
-- needs    Queue, Events, Waiting, Storing, Parent, Keeping, Deduplication, KeepOut, Child
-- keys     the first queue's, then those of each further queue, in the same order
-- argv     prefix, now, number of queues, the prefix of each, then for each job: its queue (from 1), has children (1/0), id, name, data,
--          opts as JSON, timestamp, delay, priority, lifo (1/0), parent as JSON ("" for none), deduplication of a job that is no flow as JSON ("" for none)
-- leaves   what Add.lua leaves of each job, but those with children in waiting-children, with event `waiting-children`; a parent all of
--          whose children had completed before is ready
-- returns  as Add.lua
local queues = tonumber(ARGV[3])
local blocked
local entered

-- The parts work on the queue that these names stand for.
local function enter(queue)
  if entered == queue then return end
  entered = queue
  local first = (queue - 1) * 17
  waitKey, pausedKey, activeKey, delayedKey = KEYS[first + 1], KEYS[first + 2], KEYS[first + 3], KEYS[first + 4]
  prioritizedKey, completedKey, failedKey, waitingChildrenKey = KEYS[first + 5], KEYS[first + 6], KEYS[first + 7], KEYS[first + 8]
  metaKey, idKey, markerKey, eventsKey = KEYS[first + 9], KEYS[first + 10], KEYS[first + 11], KEYS[first + 12]
  priorityCounterKey = KEYS[first + 16]
  prefix, targetKey = ARGV[3 + queue], waitKey
  blocked = mayNotStart()
end

local parents, partOf, hasRefused = {}, {}, {}
local created, attached

-- A parent may be ready only when all its children are known.
local function remember(parent)
  local key = parentKeyOf(parent)
  if not partOf[key] then
    parents[#parents + 1] = { key = key, id = parent.id, queue = parent.queueKey }
    partOf[key] = true
  end
  return key
end

local function add(at)
  enter(tonumber(ARGV[at]))
  local hasChildren, id, name, data, opts = ARGV[at + 1] == "1", ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  local timestamp, delay, priority, lifo = ARGV[at + 6], tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8]), ARGV[at + 9]
  local parent = ARGV[at + 10] ~= "" and cjson.decode(ARGV[at + 10])
  local jobKey = prefix .. id

  local parentKey = parent and remember(parent)
  if parent and call("EXISTS", parentKey) == 0 then return -5 end
  call("INCR", idKey)
  if call("EXISTS", jobKey) == 1 then
    if parent and adopt(jobKey, id, parent, false) < 0 then
      -- The parent lacks a child it was to have, so it doesn't start as if it had none.
      hasRefused[parentKey] = true
      return -7
    end
    emit("event", "duplicated", "jobId", id)
    return id
  end

  local rules = ARGV[at + 11] ~= "" and cjson.decode(ARGV[at + 11])
  if rules then
    local holder = deduplicate(rules, { id = id, name = name, data = data, opts = opts, timestamp = timestamp, delay = delay })
    if holder then return holder end
  end
  created = jobKey
  if parent then
    attached = parentKey .. ":dependencies"
    call("SADD", attached, jobKey)
  end
  store(id, name, data, opts, timestamp, delay, priority, unpack(parent and fieldsOfChild(parent) or rules and { "deid", rules.id } or {}))
  if hasChildren then
    call("ZADD", waitingChildrenKey, timestamp, id)
    emit("event", "waiting-children", "jobId", id)
  else
    place(id, timestamp, delay, priority, lifo == "1" and "RPUSH" or "LPUSH", blocked)
  end
  return id
end

local results = {}
for at = 4 + queues, #ARGV, 12 do
  created, attached = nil, nil
  local isAdded, result = pcall(add, at)
  if isAdded then
    results[#results + 1] = result
  else
    -- A job that no list holds would keep its id from ever being added again, and its parent waiting.
    if created then
      forgetDeduplication(created, string.sub(created, #prefix + 1))
      call("DEL", created)
    end
    if attached then redis.pcall("SREM", attached, created) end
    results[#results + 1] = { reasonOf(result) }
  end
end

for _, parent in ipairs(parents) do
  if not hasRefused[parent.key] then releaseParentIfLast(parent) end
end
for queue = 1, queues do
  enter(queue)
  trimStream(metaKey, eventsKey)
end
return results
