-- Add.lua: adds jobs, each once: an id that exists already is left as it is.
-- needs    Queue, Events, Waiting, Storing; where a job has a parent also Parent and Child
-- argv     prefix, now, then for each job: id ("" for the queue's next number), name, data, opts as JSON, timestamp, delay, priority,
--          lifo (1/0), what few jobs have ("" for nothing, or JSON: { parent: { id, queueKey, … } })
-- leaves   the job hash; its id in wait, prioritized or delayed; the marker; events `added` and `waiting` or `delayed`, or `duplicated`;
--          the job among its parent's dependencies
-- returns  the ids, in order; for a job that the server refused a table with the error instead (the others are added);
--          -5 its parent is gone · -7 the job exists and is another parent's child
local blocked = mayNotStart()
local created, attached

local function add(at)
  local id, name, data, opts = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local timestamp, delay, priority, lifo = ARGV[at + 4], tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), ARGV[at + 7]
  local parent = ARGV[at + 8] ~= "" and cjson.decode(ARGV[at + 8]).parent
  if parent and call("EXISTS", parentKeyOf(parent)) == 0 then return -5 end

  local number = call("INCR", idKey)
  if id == "" then id = whole(number) end
  local jobKey = prefix .. id

  if call("EXISTS", jobKey) == 1 then
    if parent and adopt(jobKey, id, parent, true) < 0 then return -7 end
    emit("event", "duplicated", "jobId", id)
    return id
  end

  created = jobKey
  if parent then
    attached = parentKeyOf(parent) .. ":dependencies"
    call("SADD", attached, jobKey)
    store(id, name, data, opts, timestamp, delay, priority, unpack(fieldsOfChild(parent)))
  else
    store(id, name, data, opts, timestamp, delay, priority)
  end
  place(id, timestamp, delay, priority, lifo == "1" and "RPUSH" or "LPUSH", blocked)
  return id
end

local ids = {}
for at = 3, #ARGV, 9 do
  created, attached = nil, nil
  local isAdded, result = pcall(add, at)
  if isAdded then
    ids[#ids + 1] = result
  else
    -- A job that no list holds would keep its id from ever being added again.
    if created then call("DEL", created) end
    if attached then redis.pcall("SREM", attached, created) end
    ids[#ids + 1] = { reasonOf(result) }
  end
end

trimStream(metaKey, eventsKey)
return ids
