-- One row for each answer of a language model. It outlives its run, because the bill does.
CREATE TABLE workflow_llm_usage (
    id            $uuid$      NOT NULL PRIMARY KEY,
    run_id        $uuid$      NOT NULL,
    tenant_id     $uuid$      NOT NULL,
    step          text        NOT NULL,
    model         text        NOT NULL,
    input_tokens  bigint      NOT NULL,
    output_tokens bigint      NOT NULL,
    -- NULL where no price is configured: an unknown cost isn't zero.
    cost          numeric,
    at            $instant$   NOT NULL
)
;

CREATE INDEX workflow_llm_usage_of_run ON workflow_llm_usage (run_id)
;

CREATE INDEX workflow_llm_usage_of_tenant ON workflow_llm_usage (tenant_id, at)
;

-- What a tenant has used of its budget in one window, and what calls in flight may still use.
CREATE TABLE workflow_llm_budgets (
    tenant_id      $uuid$     NOT NULL,
    window_start   $instant$  NOT NULL,
    used           bigint     NOT NULL,
    reserved       bigint     NOT NULL,
    -- By then every reservation is settled, or its worker has died.
    reserved_until $instant$  NOT NULL,
    PRIMARY KEY (tenant_id, window_start)
)
;

CREATE TABLE workflow_llm_cache (
    tenant_id     $uuid$      NOT NULL,
    key           text        NOT NULL,
    model         text        NOT NULL,
    text          text        NOT NULL,
    finish_reason text,
    expires_at    $instant$   NOT NULL,
    PRIMARY KEY (tenant_id, key)
)
;

CREATE INDEX workflow_llm_cache_expired ON workflow_llm_cache (expires_at)
;
