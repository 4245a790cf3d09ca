using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>The transitions of a run that come in crowds.</summary>
internal static class RunSql
{
    public static readonly SetStatement Submit = new(
        """
        INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, output, error, attempts, created_at, enqueued_at, started_at, completed_at,
            parks, parent_run_id, deadline_at, job_id, definition_version, idempotency_key, request_hash)
        SELECT given.run, given.tenant, given.workflow, given.state, given.payload, given.result, given.fault, given.claims, given.created, given.enqueued,
               given.since, given.till, given.parked, given.parent, given.deadline, given.job, given.definition, given.key, given.hash
        FROM $given$ WHERE true
        ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING id
        """,
        SetColumn.Uuid("run"),
        SetColumn.Uuid("tenant"),
        SetColumn.Text("workflow"),
        SetColumn.Text("state"),
        SetColumn.Text("payload"),
        SetColumn.Text("result"),
        SetColumn.Text("fault"),
        SetColumn.Integer("claims"),
        SetColumn.Instant("created"),
        SetColumn.Instant("enqueued"),
        SetColumn.Instant("since"),
        SetColumn.Instant("till"),
        SetColumn.Integer("parked"),
        SetColumn.Uuid("parent"),
        SetColumn.Instant("deadline"),
        SetColumn.Text("job"),
        SetColumn.Integer("definition"),
        SetColumn.Text("key"),
        SetColumn.Text("hash"));

    public static readonly SetStatement MarkEnqueued = new(
        """
        UPDATE workflow_runs SET enqueued_at = given.at, job_id = COALESCE(job_id, given.job)
        FROM $given$ WHERE id = given.run AND enqueued_at IS NULL
        RETURNING id
        """,
        SetColumn.Uuid("run"),
        SetColumn.Instant("at"),
        SetColumn.Text("job"));

    // IS TRUE keeps the planner from looking up all runs of the tenant.
    public static readonly SetStatement Claim = new(
        $"""
        UPDATE workflow_runs
        SET attempts = attempts + 1, parks = parks + CASE WHEN status = 'waiting' THEN 1 ELSE 0 END, claimed_from = status, status = 'running',
            started_at = given.at, completed_at = NULL, job_id = given.job, worker = given.executor, enqueued_at = COALESCE(enqueued_at, given.at)
        FROM $given$
        WHERE id = given.run AND (tenant_id = given.tenant) IS TRUE AND status NOT IN ('completed', 'cancelled') AND (job_id IS NULL OR job_id IN (given.job, given.gone))
        RETURNING {WorkflowRun.Columns}, claimed_from
        """,
        SetColumn.Uuid("run"),
        SetColumn.Uuid("tenant"),
        SetColumn.Instant("at"),
        SetColumn.Text("job"),
        SetColumn.Text("gone"),
        SetColumn.Text("executor"));

    public static readonly SetStatement Complete = new(
        """
        UPDATE workflow_runs SET status = 'completed', output = given.result, error = NULL, completed_at = given.at,
            failed_step = NULL, error_type = NULL, failure_fingerprint = NULL
        FROM $given$ WHERE id = given.run AND attempts = given.attempt AND status = 'running'
        RETURNING id
        """,
        SetColumn.Uuid("run"),
        SetColumn.Integer("attempt"),
        SetColumn.Text("result"),
        SetColumn.Instant("at"));

    private static readonly SetStatement SaveStepOnPostgres = SavingSteps(StoreDialect.Postgres);

    private static readonly SetStatement SaveStepOnSqlite = SavingSteps(StoreDialect.Sqlite);

    public static SetStatement SaveStep(StoreDialect dialect) => dialect == StoreDialect.Postgres ? SaveStepOnPostgres : SaveStepOnSqlite;

    private static SetStatement SavingSteps(StoreDialect dialect) => new(
        $"""
        INSERT INTO workflow_steps (run_id, run_attempt, {WorkflowStep.Columns})
        SELECT given.run, given.attempt, given.step, given.place, given.state, given.result, given.fault, given.tries, given.since, given.till,
               given.sort, given.within, given.after, given.beside, given.begun, given.fault_type, given.due, given.signal, given.child
        FROM $given$ JOIN workflow_runs run ON run.id = given.run
        WHERE run.attempts = given.attempt AND run.status = 'running' {dialect.SharedRowLock("run")}
        ON CONFLICT (run_id, name) DO UPDATE
        SET run_attempt = excluded.run_attempt, position = excluded.position, status = excluded.status, output = excluded.output,
            error = excluded.error, attempts = workflow_steps.attempts + CASE
                WHEN workflow_steps.run_attempt = excluded.run_attempt AND workflow_steps.completed_at = excluded.completed_at THEN 0
                ELSE excluded.attempts END,
            started_at = excluded.started_at, completed_at = excluded.completed_at, kind = excluded.kind, follows = excluded.follows,
            in_flight = excluded.in_flight, overlapped = excluded.overlapped, error_type = excluded.error_type, due_at = excluded.due_at,
            waits_for = excluded.waits_for, child_run_id = excluded.child_run_id
        WHERE workflow_steps.run_attempt <= excluded.run_attempt
        RETURNING run_id, name, run_attempt
        """,
        SetColumn.Uuid("run"),
        SetColumn.Integer("attempt"),
        SetColumn.Text("step"),
        SetColumn.Integer("place"),
        SetColumn.Text("state"),
        SetColumn.Text("result"),
        SetColumn.Text("fault"),
        SetColumn.Integer("tries"),
        SetColumn.Instant("since"),
        SetColumn.Instant("till"),
        SetColumn.Text("sort"),
        SetColumn.Text("within"),
        SetColumn.Text("after"),
        SetColumn.Integer("beside"),
        SetColumn.Integer("begun"),
        SetColumn.Text("fault_type"),
        SetColumn.Instant("due"),
        SetColumn.Text("signal"),
        SetColumn.Uuid("child"))
    {
        TellsApart = ["step", "attempt"],
    };
}
