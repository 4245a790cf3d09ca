-- Mentions.lua: which jobs' data name one of these runs, wherever in the data it stands.
-- keys     the queue's prefix
-- argv     number of runs, their ids in lower case, ids of jobs
-- returns  run, job, run, job …
local runs = {}
for i = 2, ARGV[1] + 1 do runs[ARGV[i]] = true end
local found = {}
for i = ARGV[1] + 2, #ARGV do
  local data = redis.call("HGET", KEYS[1] .. ARGV[i], "data")
  if data then
    for run in string.gmatch(data, '"runId"%s*:%s*"(%x+%-%x+%-%x+%-%x+%-%x+)"') do
      run = string.lower(run)
      if runs[run] then
        found[#found + 1] = run
        found[#found + 1] = ARGV[i]
      end
    end
  end
end
return found
