-- Remove.lua: a job and all that belongs to it, whatever its state, unless a worker has it.
-- needs    Queue, Events, Waiting, Finish, Parent, Deduplication, Scheduler
-- argv     prefix, now, id
-- leaves   nothing of the job; a parent no longer waits for it; event `removed`
-- returns  1 · 0 job gone or locked · -8 the newest job of a scheduler, which makes the next one only when this is taken
local id = ARGV[3]
local jobKey = prefix .. id
if isNewestIteration(id) then return -8 end
if call("EXISTS", jobKey) == 0 or call("EXISTS", jobKey .. ":lock") == 1 then return 0 end

local prev = "unknown"
for _, list in ipairs({ { waitKey, "wait" }, { pausedKey, "paused" }, { activeKey, "active" } }) do
  if call("LREM", list[1], 0, id) > 0 then prev = list[2] end
end
for _, set in ipairs({ { delayedKey, "delayed" }, { prioritizedKey, "prioritized" }, { completedKey, "completed" },
  { failedKey, "failed" }, { waitingChildrenKey, "waiting-children" } }) do
  if call("ZREM", set[1], id) > 0 then prev = set[2] end
end
forgetChild(jobKey)
forgetDeduplication(jobKey, id)
deleteJob(jobKey)
emit("event", "removed", "jobId", id, "prev", prev)
trimStream(metaKey, eventsKey)
return 1
