-- A job that is added for a parent. `parent` is { id, queueKey, fpof … } as the child's hash keeps it. Comes after Parent.

local function parentKeyOf(parent)
  return parent.queueKey .. ":" .. parent.id
end

-- The fields that a child's hash has beside those of any job.
local function fieldsOfChild(parent)
  return { "parentKey", parentKeyOf(parent), "parent", cjson.encode(parent) }
end

-- A job that exists already becomes the parent's child; what it returned counts if it has completed. With `release` a parent
-- that waits for nothing more is ready at once. returns -7 if it is the child of another parent that still exists, else 0
local function adopt(jobKey, id, parent, release)
  local parentKey = parentKeyOf(parent)
  local former = call("HGET", jobKey, "parentKey")
  if former and former ~= parentKey and call("EXISTS", former) == 1 then return -7 end
  if call("ZSCORE", completedKey, id) then
    call("HSET", parentKey .. ":processed", jobKey, call("HGET", jobKey, "returnvalue") or "null")
    if release then releaseParentIfLast({ key = parentKey, id = parent.id, queue = parent.queueKey }) end
  else
    call("SADD", parentKey .. ":dependencies", jobKey)
  end
  call("HSET", jobKey, unpack(fieldsOfChild(parent)))
  return 0
end
