-- A submission that is repeated under the same key is the same run.
ALTER TABLE workflow_runs ADD COLUMN idempotency_key text
;

ALTER TABLE workflow_runs ADD COLUMN request_hash text
;

CREATE UNIQUE INDEX workflow_runs_idempotency ON workflow_runs (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL
;

-- The reconciler's: few among many ended ones.
CREATE INDEX workflow_runs_unfinished ON workflow_runs (id) WHERE status IN ('pending', 'running', 'waiting')
;

-- Retention's: the oldest of one ended status first.
CREATE INDEX workflow_runs_ended ON workflow_runs (status, completed_at) WHERE status IN ('completed', 'failed', 'cancelled')
;
