-- What the tenant scripts share: the places of a tenant's running runs, and the line of those that wait for one.
-- keys     running (job id by the end of its lease), line (job id by its job's time), rate (when the next start would be due), the queue's delayed set
-- argv     now, most places ("" for no limit), ms between starts (0 for no limit), ms that starts may come early, ms of a lease, ms of a reservation, job id, its time
local call = redis.call
local running, line, rate, delayed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local interval, early = tonumber(ARGV[3]), tonumber(ARGV[4])
local lease, reservation = tonumber(ARGV[5]), tonumber(ARGV[6])
local id, since = ARGV[7], ARGV[8]

-- A line that nobody moves any more is forgotten; its jobs come by themselves.
local lineKept = 86400000

local function forgetExpired()
  call("ZREMRANGEBYSCORE", running, "-inf", string.format("%.0f", now))
end

local function hold(job, milliseconds)
  call("ZADD", running, string.format("%.0f", now + milliseconds), job)
  call("PEXPIRE", running, 2 * lease)
end

local function hasPlace()
  return not most or call("ZCARD", running) < most
end

-- The generic cell rate algorithm: `rate` has the time at which a start would be exactly in time.
local function rateWait()
  if interval == 0 then return 0 end
  local due = math.max(tonumber(call("GET", rate) or now), now)
  return math.max(0, due - early - now)
end

local function spendStart()
  if interval == 0 then return end
  local due = math.max(tonumber(call("GET", rate) or now), now) + interval
  call("SET", rate, string.format("%.3f", due), "PX", math.ceil(due - now) + 1)
end

-- The first in line. One that isn't delayed any more comes by itself, or never: it gives up its turn.
local function first()
  for _ = 1, 1000 do
    local head = call("ZRANGE", line, 0, 0)[1]
    if not head then return nil end
    if head == id or call("ZSCORE", delayed, head) then return head end
    call("ZREM", line, head)
  end
  return nil
end

-- Free places go to the first in line, at most 100 a call: answers with the jobs to wake, then with the next one and how long the rate keeps it.
local function admit()
  local woken = {}
  local head = first()
  while head and #woken < 100 and hasPlace() and rateWait() == 0 do
    call("ZREM", line, head)
    spendStart()
    hold(head, reservation)
    woken[#woken + 1] = head
    head = first()
  end
  if head and most and interval > 0 and hasPlace() then return { woken, head, math.ceil(rateWait()) } end
  return { woken }
end
