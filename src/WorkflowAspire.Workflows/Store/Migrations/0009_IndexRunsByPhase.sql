-- Every run that has not completed, by how far it is. Triggers keep it, so that whoever writes workflow_runs need not know of it. A run that
-- moves on then changes no indexed column of its wide row.
CREATE TABLE workflow_run_phases (
    run_id       $uuid$      NOT NULL PRIMARY KEY,
    tenant_id    $uuid$      NOT NULL,
    workflow_id  text        NOT NULL,
    created_at   $instant$   NOT NULL,
    -- accepted: nobody knows of its job; active: enqueued or running.
    phase        text        NOT NULL CHECK (phase IN ('accepted', 'active', 'waiting', 'failed', 'cancelled'))
)
;

CREATE INDEX workflow_run_phases_newest ON workflow_run_phases (phase, created_at)
;

CREATE INDEX workflow_run_phases_of_tenant ON workflow_run_phases (tenant_id, phase, created_at)
;

-- No index but the primary key knows a run's id: whatever the tables' statistics say, a run is looked up by that one.
DROP INDEX workflow_runs_newest
;

CREATE INDEX workflow_runs_newest ON workflow_runs (created_at)
;

DROP INDEX workflow_runs_of_tenant
;

CREATE INDEX workflow_runs_of_tenant ON workflow_runs (tenant_id, created_at)
;

CREATE INDEX workflow_runs_of_workflow ON workflow_runs (workflow_id, created_at)
;

CREATE INDEX workflow_runs_of_tenants_workflow ON workflow_runs (tenant_id, workflow_id, created_at)
;

CREATE INDEX workflow_run_phases_of_workflow ON workflow_run_phases (workflow_id, phase, created_at) WHERE phase IN ('waiting', 'failed', 'cancelled')
;

CREATE INDEX workflow_run_phases_of_tenants_workflow ON workflow_run_phases (tenant_id, workflow_id, phase, created_at) WHERE phase IN ('waiting', 'failed', 'cancelled')
;

CREATE INDEX workflow_signals_unconsumed ON workflow_signals (run_id, name) WHERE consumed_by IS NULL
;

CREATE INDEX workflow_steps_waiting_for_children ON workflow_steps (child_run_id) WHERE status = 'waiting' AND child_run_id IS NOT NULL
;
