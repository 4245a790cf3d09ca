-- What tenants have written; a version is never changed, a new text is a new version.
CREATE TABLE workflow_definitions (
    tenant_id   $uuid$      NOT NULL,
    name        text        NOT NULL,
    version     integer     NOT NULL CHECK (version > 0),
    definition  text        NOT NULL,
    created_at  $instant$   NOT NULL,
    PRIMARY KEY (tenant_id, name, version)
)
;

-- The version that a run began with; NULL for a workflow that is code.
ALTER TABLE workflow_runs ADD COLUMN definition_version integer
;
