-- Reclaim.lua: finds the jobs that a call took whose answer never arrived, so that they need not stall first.
-- needs    Queue
-- argv     prefix, now, the token of that call
-- leaves   everything as it is
-- returns  { id, {field, value, …}, id, {…}, … } of the active jobs whose lock has this token
local found = {}
for _, id in ipairs(call("LRANGE", activeKey, 0, -1)) do
  if call("GET", prefix .. id .. ":lock") == ARGV[3] then
    found[#found + 1] = id
    found[#found + 1] = call("HGETALL", prefix .. id)
  end
end
return found
