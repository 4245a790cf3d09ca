-- keepLastIfActive: the last of the jobs that were kept out while one was active is added when that one ends.
-- Needs Deduplication, Storing and Waiting.

local keptJobAdded

local function addKept(id)
  local kept = call("HMGET", keptJobKey(id), "name", "data", "opts", "jid", "rjk", "pk", "pd", "pdk")
  if not kept[1] then return end
  local options = cjson.decode(kept[3])
  local delay, priority = tonumber(options.delay) or 0, tonumber(options.priority) or 0
  -- The number is used up even where the job has an id already, and that id is written over where somebody added it otherwise
  -- meanwhile: both as Node's package does.
  local number = call("INCR", idKey)
  local jobId = kept[4] or whole(number)

  local further = { "deid", id }
  for field, value in pairs({ rjk = kept[5], parentKey = kept[6], parent = kept[7] }) do
    if value then
      further[#further + 1] = field
      further[#further + 1] = value
    end
  end
  local blocked = mayNotStart()
  keptJobAdded = prefix .. jobId
  store(jobId, kept[1], kept[2], kept[3], nowText, delay, priority, unpack(further))
  place(jobId, nowText, delay, priority, options.lifo and "RPUSH" or "LPUSH", blocked)
  if kept[8] then call("SADD", kept[8], keptJobAdded) end
  hold(options.de or { id = id }, jobId)
  call("DEL", keptJobKey(id))
end

-- A kept job that the server refuses stays kept, and does not hold up the job that ends.
local function addKeptJob(id)
  keptJobAdded = nil
  if not pcall(addKept, id) and keptJobAdded then call("DEL", keptJobAdded) end
end
