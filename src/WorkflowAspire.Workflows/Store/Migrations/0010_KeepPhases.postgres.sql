CREATE FUNCTION workflow_run_phase(status text, enqueued_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS '
    SELECT CASE
        WHEN status = ''pending'' AND enqueued_at IS NULL THEN ''accepted''
        WHEN status IN (''pending'', ''running'') THEN ''active''
        ELSE status END'
;

CREATE FUNCTION workflow_runs_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase)
    SELECT id, tenant_id, workflow_id, created_at, workflow_run_phase(status, enqueued_at) FROM added WHERE status <> ''completed'';
    RETURN NULL;
END'
;

-- The plans are made while the tables are small, and kept when they have grown.
CREATE FUNCTION workflow_runs_moved_on() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS '
BEGIN
    DELETE FROM workflow_run_phases phases USING after run WHERE phases.run_id = run.id AND run.status = ''completed'';
    UPDATE workflow_run_phases phases SET phase = workflow_run_phase(run.status, run.enqueued_at)
    FROM after run WHERE phases.run_id = run.id AND run.status <> ''completed'' AND phases.phase <> workflow_run_phase(run.status, run.enqueued_at);
    RETURN NULL;
END'
;

-- Nothing of ours does that; somebody's own UPDATE may.
CREATE FUNCTION workflow_runs_reopened() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase)
    VALUES (NEW.id, NEW.tenant_id, NEW.workflow_id, NEW.created_at, workflow_run_phase(NEW.status, NEW.enqueued_at));
    RETURN NULL;
END'
;

CREATE FUNCTION workflow_runs_deleted() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS '
BEGIN
    DELETE FROM workflow_steps steps USING gone WHERE steps.run_id = gone.id;
    DELETE FROM workflow_run_phases phases USING gone WHERE phases.run_id = gone.id;
    RETURN NULL;
END'
;

INSERT INTO workflow_run_phases (run_id, tenant_id, workflow_id, created_at, phase)
SELECT id, tenant_id, workflow_id, created_at, workflow_run_phase(status, enqueued_at) FROM workflow_runs WHERE status <> 'completed'
;

CREATE TRIGGER workflow_runs_added AFTER INSERT ON workflow_runs REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION workflow_runs_added()
;

CREATE TRIGGER workflow_runs_moved_on AFTER UPDATE ON workflow_runs REFERENCING NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION workflow_runs_moved_on()
;

CREATE TRIGGER workflow_runs_reopened AFTER UPDATE ON workflow_runs
FOR EACH ROW WHEN (OLD.status = 'completed' AND NEW.status <> 'completed') EXECUTE FUNCTION workflow_runs_reopened()
;

CREATE TRIGGER workflow_runs_deleted AFTER DELETE ON workflow_runs REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION workflow_runs_deleted()
;

-- A checkpoint locks its run anyway; the constraint looked it up once more for each step. Its other half is the trigger above.
ALTER TABLE workflow_steps DROP CONSTRAINT workflow_operations_run_id_fkey
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

-- Room for the rows that a run's moves leave, until the next look at the page clears them away.
ALTER TABLE workflow_runs SET (fillfactor = 75)
;

ALTER TABLE workflow_run_phases SET (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 10000)
;
