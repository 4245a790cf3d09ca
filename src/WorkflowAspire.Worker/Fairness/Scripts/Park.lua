-- Park.lua: a run whose job has been delayed joins the line; places that came free meanwhile are given out.
-- needs    Line
-- leaves   the run in the line, or a reservation for it
-- returns  what admit returns
forgetExpired()
call("ZADD", line, "NX", since, id)
call("PEXPIRE", line, lineKept)
return admit()
