-- Add.lua: adds jobs, each once: an id that exists already is left as it is.
-- needs    Queue, Events, Waiting, Storing, Finish, Deduplication, KeepOut
-- argv     prefix, now, then for each job: id ("" for the queue's next number), name, data, opts as JSON, timestamp, delay, priority,
--          lifo (1/0), what few jobs have as a JSON object ("" for nothing): de its deduplication, rjk its scheduler's key
-- leaves   the job hash; its id in wait, prioritized or delayed; the marker; events `added` and `waiting` or `delayed`, or `duplicated`;
--          of a job with deduplication its key, or the job it is kept out by with event `deduplicated`
-- returns  the ids, in order; for a job that the server refused a table with the error instead (the others are added)
local blocked = mayNotStart()
local none = {}
local created

-- The fields of the hash that few jobs have.
local function rareFields(rare)
  local fields = {}
  if rare.rjk then
    fields[#fields + 1] = "rjk"
    fields[#fields + 1] = rare.rjk
  end
  if rare.de then
    fields[#fields + 1] = "deid"
    fields[#fields + 1] = rare.de.id
  end
  return fields
end

local function add(at)
  local id, name, data, opts = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local timestamp, delay, priority, lifo = ARGV[at + 4], tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), ARGV[at + 7]

  local number = call("INCR", idKey)
  if id == "" then id = whole(number) end
  local jobKey = prefix .. id

  if call("EXISTS", jobKey) == 1 then
    emit("event", "duplicated", "jobId", id)
    return id
  end

  local further = none
  if ARGV[at + 8] ~= "" then
    local rare = cjson.decode(ARGV[at + 8])
    if rare.de then
      local holder = deduplicate(rare.de,
        { id = id, name = name, data = data, opts = opts, timestamp = timestamp, delay = delay, scheduler = rare.rjk })
      if holder then return holder end
    end
    further = rareFields(rare)
  end
  created = jobKey
  store(id, name, data, opts, timestamp, delay, priority, unpack(further))
  place(id, timestamp, delay, priority, lifo == "1" and "RPUSH" or "LPUSH", blocked)
  return id
end

local ids = {}
for at = 3, #ARGV, 9 do
  created = nil
  local isAdded, result = pcall(add, at)
  if isAdded then
    ids[#ids + 1] = result
  else
    -- A job that no list holds would keep its id from ever being added again.
    if created then
      forgetDeduplication(created, string.sub(created, #prefix + 1))
      call("DEL", created)
    end
    ids[#ids + 1] = { reasonOf(result) }
  end
end

trimStream(metaKey, eventsKey)
return ids
