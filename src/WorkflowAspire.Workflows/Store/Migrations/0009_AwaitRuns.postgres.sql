-- What follows needs the runs for itself. Whoever holds them longer than this ends the start, instead of making everybody wait behind it.
SET LOCAL lock_timeout = '30s'
;

LOCK TABLE workflow_runs, workflow_steps, workflow_signals IN ACCESS EXCLUSIVE MODE
;
