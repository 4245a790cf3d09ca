-- RemoveChildDependency.lua: parts a child from its parent; the child itself stays where it is.
-- needs    Queue, Events, Parent
-- argv     prefix, now, id, the parent's key
-- leaves   the child out of the parent's dependencies and without parentKey and parent; a parent without further children ready
-- returns  0 · 1 the parent does not wait for it · -1 job gone · -5 parent gone
local jobKey, parentKey = prefix .. ARGV[3], ARGV[4]
if call("EXISTS", jobKey) == 0 then return -1 end
if call("EXISTS", parentKey) == 0 then return -5 end
if not forgetChildOf(parentKey, jobKey) then return 1 end
call("HDEL", jobKey, "parentKey", "parent")
return 0
