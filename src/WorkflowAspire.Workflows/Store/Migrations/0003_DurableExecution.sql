-- How many of the attempts only went on with a run that had been parked.
ALTER TABLE workflow_runs ADD COLUMN parks integer NOT NULL DEFAULT 0
;

ALTER TABLE workflow_runs ADD COLUMN parent_run_id $uuid$
;

ALTER TABLE workflow_runs ADD COLUMN deadline_at $instant$
;

-- The job of a parked run, where it isn't the run's id.
ALTER TABLE workflow_runs ADD COLUMN job_id text
;

CREATE INDEX workflow_runs_of_parent ON workflow_runs (parent_run_id) WHERE parent_run_id IS NOT NULL
;

-- SQLite can't change a CHECK, so the table is made anew on either database.
CREATE TABLE workflow_operations (
    run_id       $uuid$      NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    name         text        NOT NULL,
    kind         text        NOT NULL DEFAULT 'step' CHECK (kind IN ('step', 'wait', 'signal', 'child')),
    -- The part of the name that an item or a branch gave it, empty for the run's own operations.
    scope        text        NOT NULL DEFAULT '',
    position     integer     NOT NULL,
    -- The operation that the same flow of the code began before it, empty for none, NULL where nothing is known.
    follows      text,
    -- How many others of its scope were in flight when it began, and how many began before it ended.
    in_flight    integer     NOT NULL DEFAULT 0,
    overlapped   integer     NOT NULL DEFAULT 0,
    status       text        NOT NULL CHECK (status IN ('waiting', 'completed', 'failed')),
    output       text,
    error        text,
    error_type   text,
    attempts     integer     NOT NULL,
    -- The attempt of the run that wrote this row, an older one can't overwrite it.
    run_attempt  integer     NOT NULL,
    started_at   $instant$   NOT NULL,
    due_at       $instant$,
    waits_for    text,
    child_run_id $uuid$,
    completed_at $instant$,
    PRIMARY KEY (run_id, name)
)
;

INSERT INTO workflow_operations (run_id, name, position, in_flight, status, output, error, attempts, run_attempt, started_at, completed_at)
SELECT run_id, name, position, 1, status, output, error, attempts, run_attempt, started_at, completed_at FROM workflow_steps
;

DROP TABLE workflow_steps
;

ALTER TABLE workflow_operations RENAME TO workflow_steps
;

CREATE INDEX workflow_steps_waiting ON workflow_steps (run_id) WHERE status = 'waiting'
;

CREATE TABLE workflow_signals (
    id           $uuid$      NOT NULL PRIMARY KEY,
    run_id       $uuid$      NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    name         text        NOT NULL,
    payload      text,
    sent_at      $instant$   NOT NULL,
    -- The operation that took it.
    consumed_by  text
)
;

CREATE INDEX workflow_signals_of_run ON workflow_signals (run_id, name, sent_at, id)
;
