-- Enter.lua: a run whose job was taken asks for a place.
-- needs    Line
-- leaves   the run in running, out of the line; or nothing
-- returns  { 1, the next in line that only the rate keeps and its wait in ms, if any } · { 0, ms until its turn by rate, how many are ahead, 1 if it waits for a place }
forgetExpired()
if call("ZSCORE", running, id) then
  call("ZREM", line, id)
  hold(id, lease)
  return { 1 }
end

local head = first()
local isFirst = not head or head == id
if not isFirst then
  local theirs = tonumber(call("ZSCORE", line, head))
  isFirst = tonumber(since) < theirs or (tonumber(since) == theirs and id < head)
end
local wait = rateWait()
if isFirst and wait == 0 and hasPlace() then
  call("ZREM", line, id)
  spendStart()
  hold(id, lease)
  local next = first()
  if next and most and interval > 0 and hasPlace() then return { 1, next, math.ceil(rateWait()) } end
  return { 1 }
end

local ahead = call("ZCOUNT", line, "-inf", "(" .. since)
if not isFirst then ahead = math.max(1, ahead) end
local waitsForPlace = most and (not hasPlace() or not isFirst)
return { 0, math.ceil(wait + ahead * interval), ahead, waitsForPlace and 1 or 0 }
