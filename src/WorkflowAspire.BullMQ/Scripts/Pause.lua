-- Pause.lua: workers take nothing new; jobs keep arriving.
-- needs    Queue, Events
-- argv     prefix, now
-- leaves   meta.paused; no marker; event `paused`. On a queue of BullMQ 5 the waiting jobs are in `paused`, as its resume expects.
local version = call("HGET", metaKey, "version") or ""
if string.find(version, "^bullmq:5") and call("EXISTS", waitKey) == 1 and call("EXISTS", pausedKey) == 0 then
  call("RENAME", waitKey, pausedKey)
end
call("HSET", metaKey, "paused", 1)
call("DEL", markerKey)
emit("event", "paused")
trimStream(metaKey, eventsKey)
return 0
