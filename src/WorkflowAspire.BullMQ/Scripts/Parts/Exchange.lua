-- Completing some jobs and taking others in their place. Comes after Take, Drained and Completing.

-- setUp makes what Relations has.
local function exchange(setUp)
  local relations
  local function others()
    relations = relations or setUp()
    return relations
  end

  -- Written first: once a script has changed something the server lets it end, even when its memory is full.
  trimStream(metaKey, eventsKey)
  local results, completed = completeAll(10, others)
  if completed > 0 and ARGV[9] ~= "" then others().collectMetrics("completed", completed, tonumber(ARGV[9])) end
  -- Due now: such a caller asks again at once.
  if completed == 0 then return { results, { 0, nowText, "" } } end

  local count = tonumber(ARGV[3])
  local taken = count > 0 and take(count, ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]) or { 0, "", "" }
  if #taken == 3 then emitDrainedIfEmpty(count > 0, ARGV[7]) end
  return { results, taken }
end
