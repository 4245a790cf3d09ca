-- The definitions of which a tenant starts no run for the time being.
CREATE TABLE workflow_definitions_disabled (
    tenant_id   $uuid$      NOT NULL,
    name        text        NOT NULL,
    disabled_at $instant$   NOT NULL,
    PRIMARY KEY (tenant_id, name)
)
;

-- How many runs of a tenant are under way is asked at each submission, however many have ended.
CREATE INDEX workflow_runs_unfinished_of_tenant ON workflow_runs (tenant_id, id) WHERE status IN ('pending', 'running', 'waiting')
;
