-- Places.lua: where jobs are, as far as can be told without searching a list.
-- keys     the queue's prefix, completed, failed, delayed, prioritized, waiting-children
-- argv     ids
-- returns  a letter for each: g gone · c completed · f failed · a alive · l in a list, if anywhere
local prefix = KEYS[1]
local places = {}
for i, id in ipairs(ARGV) do
  local place = "l"
  if redis.call("EXISTS", prefix .. id) == 0 then place = "g"
  elseif redis.call("ZSCORE", KEYS[2], id) then place = "c"
  elseif redis.call("ZSCORE", KEYS[3], id) then place = "f"
  elseif redis.call("ZSCORE", KEYS[4], id) or redis.call("ZSCORE", KEYS[5], id) or redis.call("ZSCORE", KEYS[6], id)
    or redis.call("EXISTS", prefix .. id .. ":lock") == 1 then place = "a" end
  places[i] = place
end
return table.concat(places)
