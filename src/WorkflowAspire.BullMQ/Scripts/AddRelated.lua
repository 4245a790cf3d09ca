-- AddRelated.lua: adds jobs as Add.lua does, of which some concern others: their parents, jobs that they keep out, a scheduler.
-- needs    Queue, Events, Waiting, Storing, Parent, Keeping, Deduplication, KeepOut, Child
-- argv     prefix, now, then for each job: id ("" for the queue's next number), name, data, opts as JSON, timestamp, delay, priority,
--          lifo (1/0), what few jobs have as a JSON object ("" for nothing): de its deduplication, rjk its scheduler's key,
--          parent { id, queueKey, … }
-- leaves   what Add.lua leaves; of a job with deduplication its key, or the job it is kept out by with event `deduplicated`; a child
--          among its parent's dependencies
-- returns  the ids, in order; for a job that the server refused a table with the error instead (the others are added);
--          -5 its parent is gone · -7 the job exists and is another parent's child
local blocked = mayNotStart()
local none = {}
local created, attached

local function fieldsOf(rare)
  local fields = {}
  if rare.rjk then
    fields[#fields + 1] = "rjk"
    fields[#fields + 1] = rare.rjk
  end
  if rare.de then
    fields[#fields + 1] = "deid"
    fields[#fields + 1] = rare.de.id
  end
  if rare.parent then
    for _, part in ipairs(fieldsOfChild(rare.parent)) do fields[#fields + 1] = part end
  end
  return fields
end

local function add(at)
  local id, name, data, opts = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local timestamp, delay, priority, lifo = ARGV[at + 4], tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), ARGV[at + 7]
  local rare = ARGV[at + 8] ~= "" and cjson.decode(ARGV[at + 8]) or none
  local parent = rare.parent
  if parent and call("EXISTS", parentKeyOf(parent)) == 0 then return -5 end

  local number = call("INCR", idKey)
  if id == "" then id = whole(number) end
  local jobKey = prefix .. id

  if call("EXISTS", jobKey) == 1 then
    if parent and adopt(jobKey, id, parent, true) < 0 then return -7 end
    emit("event", "duplicated", "jobId", id)
    return id
  end

  if rare.de then
    local holder = deduplicate(rare.de, { id = id, name = name, data = data, opts = opts, timestamp = timestamp, delay = delay,
      scheduler = rare.rjk, child = parent and fieldsOfChild(parent), parentKey = parent and parentKeyOf(parent) })
    if holder then return holder end
  end
  created = jobKey
  if parent then
    attached = parentKeyOf(parent) .. ":dependencies"
    call("SADD", attached, jobKey)
  end
  store(id, name, data, opts, timestamp, delay, priority, unpack(fieldsOf(rare)))
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
    if created then
      forgetDeduplication(created, string.sub(created, #prefix + 1))
      call("DEL", created)
    end
    if attached then redis.pcall("SREM", attached, created) end
    ids[#ids + 1] = { reasonOf(result) }
  end
end

trimStream(metaKey, eventsKey)
return ids
