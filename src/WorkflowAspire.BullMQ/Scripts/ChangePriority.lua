-- ChangePriority.lua: a job that waits gets another priority, or none; one in another state has it when it waits again.
-- needs    Queue, Waiting
-- argv     prefix, now, id, priority, in front of those of the same priority (1/0)
-- leaves   job.priority; a waiting job at its new place; the marker, unless it went in front of prioritized ones; no event
-- returns  0 · -1 job gone
local id, priority, lifo = ARGV[3], tonumber(ARGV[4]), ARGV[5] == "1"
local jobKey = prefix .. id
if call("EXISTS", jobKey) == 0 then return -1 end

call("HSET", jobKey, "priority", ARGV[4])
local blocked = mayNotStart()
if call("ZREM", prioritizedKey, id) == 1 or call("LREM", targetKey, -1, id) == 1 then
  if priority > 0 and lifo then
    call("ZADD", prioritizedKey, whole(priority * 0x100000000), id)
  else
    toWaitOrPrioritized(id, priority, lifo and "RPUSH" or "LPUSH")
    wakeWorkers(blocked)
  end
end
return 0
