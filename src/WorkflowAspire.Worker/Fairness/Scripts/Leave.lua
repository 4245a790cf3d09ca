-- Leave.lua: a run gives back its place; the first in line get what is free.
-- needs    Line
-- leaves   the run out of running; reservations for those that are woken
-- returns  what admit returns
forgetExpired()
call("ZREM", running, id)
return admit()
