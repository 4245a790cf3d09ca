-- Attempts that ended without completing their run. The one that completes it is the run's own row.
CREATE TABLE workflow_attempts (
    run_id       $uuid$      NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    attempt      integer     NOT NULL,
    -- failed; handed back by a worker that stopped; lost with a worker that vanished.
    outcome      text        NOT NULL CHECK (outcome IN ('failed', 'handed back', 'lost')),
    worker       text,
    started_at   $instant$,
    ended_at     $instant$   NOT NULL,
    step         text,
    error_type   text,
    error        text,
    stack        text,
    fingerprint  text,
    PRIMARY KEY (run_id, attempt)
)
;

-- The worker of the newest attempt.
ALTER TABLE workflow_runs ADD COLUMN worker text
;

-- What the newest failed attempt failed by, as long as the run has not completed.
ALTER TABLE workflow_runs ADD COLUMN failed_step text
;

ALTER TABLE workflow_runs ADD COLUMN error_type text
;

ALTER TABLE workflow_runs ADD COLUMN failure_fingerprint text
;

CREATE INDEX workflow_runs_of_fingerprint ON workflow_runs (failure_fingerprint, created_at) WHERE failure_fingerprint IS NOT NULL
;
