CREATE TABLE workflow_runs (
    id           $uuid$      NOT NULL PRIMARY KEY,
    tenant_id    $uuid$      NOT NULL,
    workflow_id  text        NOT NULL,
    status       text        NOT NULL CHECK (status IN ('pending', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    input        text,
    output       text,
    error        text,
    -- The number of the newest attempt; a writer that holds an older one has lost the run.
    attempts     integer     NOT NULL DEFAULT 0,
    -- The status that the newest claim found: 'running' means its predecessor never came back.
    claimed_from text,
    created_at   $instant$   NOT NULL,
    enqueued_at  $instant$,
    started_at   $instant$,
    completed_at $instant$
)
;

CREATE INDEX workflow_runs_newest ON workflow_runs (created_at DESC, id DESC)
;

CREATE INDEX workflow_runs_of_tenant ON workflow_runs (tenant_id, created_at DESC, id DESC)
;

CREATE INDEX workflow_runs_in_status ON workflow_runs (status, created_at DESC, id DESC)
;

CREATE INDEX workflow_runs_stale ON workflow_runs (started_at) WHERE status = 'running'
;

CREATE INDEX workflow_runs_never_enqueued ON workflow_runs (created_at) WHERE status = 'pending' AND enqueued_at IS NULL
;

CREATE TABLE workflow_steps (
    run_id       $uuid$      NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    name         text        NOT NULL,
    position     integer     NOT NULL,
    status       text        NOT NULL CHECK (status IN ('completed', 'failed')),
    output       text,
    error        text,
    attempts     integer     NOT NULL,
    -- The attempt of the run that wrote this row; an older one can't overwrite it.
    run_attempt  integer     NOT NULL,
    started_at   $instant$   NOT NULL,
    completed_at $instant$,
    PRIMARY KEY (run_id, name)
)
;
