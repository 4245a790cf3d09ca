-- Resume.lua: workers take jobs again.
-- needs    Queue, Events, Waiting
-- argv     prefix, now, whether to tell (1/0): the first of several calls
-- leaves   meta.paused gone; jobs that BullMQ 5 parked in the paused list at the head of wait, in their order; the marker; event `resumed`
-- returns  how many parked jobs are left: call again until 0 (at most 5000 a call)
call("HDEL", metaKey, "paused")
if call("EXISTS", pausedKey) == 1 then
  if call("EXISTS", waitKey) == 0 then
    call("RENAME", pausedKey, waitKey)
  else
    local parked = call("LRANGE", pausedKey, 0, 4999)
    call("RPUSH", waitKey, unpack(parked))
    call("LTRIM", pausedKey, #parked, -1)
  end
end
if call("LLEN", waitKey) + call("ZCARD", prioritizedKey) > 0 then
  wakeWorkers(false)
else
  wakeForNextDelayed()
end
if ARGV[3] == "1" then emit("event", "resumed") end
trimStream(metaKey, eventsKey)
return call("LLEN", pausedKey)
