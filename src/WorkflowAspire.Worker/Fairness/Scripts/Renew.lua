-- Renew.lua: the runs of one tenant that this worker executes keep their places; one that was lost while Redis was away is counted again.
-- keys     running
-- argv     now, ms of a lease, job ids
-- leaves   the leases
for i = 3, #ARGV do
  redis.call("ZADD", KEYS[1], string.format("%.0f", tonumber(ARGV[1]) + tonumber(ARGV[2])), ARGV[i])
end
redis.call("PEXPIRE", KEYS[1], 2 * tonumber(ARGV[2]))
return 0
