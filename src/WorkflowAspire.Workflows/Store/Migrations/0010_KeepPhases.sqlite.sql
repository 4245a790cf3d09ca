INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase)
SELECT id, tenant_id, workflow_id, created_at,
    CASE WHEN status = 'pending' AND enqueued_at IS NULL THEN 'accepted' WHEN status IN ('pending', 'running') THEN 'active' ELSE status END
FROM workflow_runs WHERE status <> 'completed'
;

CREATE TRIGGER workflow_runs_added AFTER INSERT ON workflow_runs WHEN NEW.status <> 'completed' BEGIN
    INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase) VALUES (NEW.id, NEW.tenant_id, NEW.workflow_id, NEW.created_at,
        CASE WHEN NEW.status = 'pending' AND NEW.enqueued_at IS NULL THEN 'accepted' WHEN NEW.status IN ('pending', 'running') THEN 'active' ELSE NEW.status END); END
;

CREATE TRIGGER workflow_runs_completed AFTER UPDATE OF status ON workflow_runs WHEN NEW.status = 'completed' BEGIN
    DELETE FROM workflow_run_phases WHERE run_id = NEW.id; END
;

CREATE TRIGGER workflow_runs_moved_on AFTER UPDATE OF status, enqueued_at ON workflow_runs
WHEN NEW.status <> 'completed' AND (OLD.status <> NEW.status OR (OLD.enqueued_at IS NULL) <> (NEW.enqueued_at IS NULL)) BEGIN
    INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase) VALUES (NEW.id, NEW.tenant_id, NEW.workflow_id, NEW.created_at,
        CASE WHEN NEW.status = 'pending' AND NEW.enqueued_at IS NULL THEN 'accepted' WHEN NEW.status IN ('pending', 'running') THEN 'active' ELSE NEW.status END)
    ON CONFLICT (run_id) DO UPDATE SET phase = excluded.phase WHERE phase <> excluded.phase; END
;

CREATE TRIGGER workflow_runs_deleted AFTER DELETE ON workflow_runs BEGIN
    DELETE FROM workflow_run_phases WHERE run_id = OLD.id; END
;

DROP INDEX workflow_runs_in_status
;

DROP INDEX workflow_runs_stale
;

DROP INDEX workflow_runs_never_enqueued
;

DROP INDEX workflow_runs_unfinished
;

DROP INDEX workflow_runs_unfinished_of_tenant
;

DROP INDEX workflow_runs_ended
;

-- SQLite updates a row in place, so an index on what changes costs only itself; and it is slow to pass over what a filter doesn't want.
CREATE INDEX workflow_runs_completed ON workflow_runs (created_at) WHERE status = 'completed'
;

CREATE INDEX workflow_runs_completed_of_tenant ON workflow_runs (tenant_id, created_at) WHERE status = 'completed'
;

CREATE INDEX workflow_runs_completed_of_workflow ON workflow_runs (workflow_id, created_at) WHERE status = 'completed'
;

CREATE INDEX workflow_runs_completed_of_tenants_workflow ON workflow_runs (tenant_id, workflow_id, created_at) WHERE status = 'completed'
;
