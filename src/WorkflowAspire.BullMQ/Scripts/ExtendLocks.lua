-- ExtendLocks.lua: renews the locks of jobs that are being processed.
-- needs    Queue
-- argv     prefix, now, lock milliseconds, then for each job: id, token
-- leaves   the locks' new expiry; the jobs out of the stalled candidates
-- returns  the positions (from 0) of those whose lock is gone or another worker's
local lost = {}
for at = 4, #ARGV, 2 do
  local id, token = ARGV[at], ARGV[at + 1]
  local lockKey = prefix .. id .. ":lock"
  if call("GET", lockKey) == token then
    call("SET", lockKey, token, "PX", ARGV[3])
    call("SREM", stalledKey, id)
  else
    lost[#lost + 1] = (at - 4) / 2
  end
end
return lost
