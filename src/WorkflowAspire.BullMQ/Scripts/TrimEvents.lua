-- TrimEvents.lua: shortens the event stream.
-- needs    Queue, Events
-- argv     prefix, now, how many events to keep, about
-- returns  how many events are gone; 0 on a server without streams
local trimmed = redis.pcall("XTRIM", eventsKey, "MAXLEN", "~", ARGV[3])
if isRefused(trimmed) then return trimmed end
return hasStreams and trimmed or 0
