namespace WorkflowAspire.Workflows.Runs;

/// <summary>The sweepers' statements.</summary>
internal static class SweepSql
{
    public const string Unchanged = "id = @id AND status = @status AND attempts = @attempt";

    // The page is cut before the runs are looked up: the planner takes quiet runs for rare, and would read all runs for each page.
    // IS TRUE leaves the phases' ids as the only way to it.
    public const string ListUnfinished =
        $"""
        SELECT {UnfinishedRun.Columns},
            CASE WHEN (status = 'running' AND started_at < @running) OR (status IN ('pending', 'waiting') AND enqueued_at < @enqueued) THEN 1 ELSE 0 END
        FROM (SELECT run_id FROM workflow_run_phases WHERE (phase IN ('active', 'waiting')) IS TRUE AND run_id > @after ORDER BY run_id LIMIT @limit) page
        JOIN workflow_runs ON id = page.run_id
        ORDER BY page.run_id
        """;

    public const string ListStale =
        $"""
        SELECT {WorkflowRun.NarrowColumns} FROM workflow_runs
        WHERE id IN (SELECT run_id FROM workflow_run_phases WHERE phase = 'active') AND status = 'running' AND started_at < @before
        ORDER BY started_at
        """;

    // Narrow first: how many fit into memory is known only when their inputs' lengths are.
    public static string ListNeverEnqueued(bool isFirstPage) =>
        $"""
        SELECT {WorkflowRun.Columns} FROM workflow_runs
        WHERE id IN (
            SELECT id FROM (
                SELECT id, SUM(size) OVER (ORDER BY created_at, id) - size AS before_it FROM (
                    SELECT id, accepted.created_at, COALESCE(OCTET_LENGTH(input), 0) AS size FROM (
                        SELECT run_id, created_at FROM workflow_run_phases
                        WHERE phase = 'accepted' AND created_at < @before {(isFirstPage ? "" : "AND (created_at, run_id) > (@created, @last)")}) accepted
                    JOIN workflow_runs ON id = accepted.run_id
                    ORDER BY accepted.created_at, accepted.run_id LIMIT @limit) page) sized
            WHERE before_it < 16000000)
        AND status = 'pending' AND enqueued_at IS NULL
        ORDER BY created_at, id
        """;

    // The condition is said twice: a run that is replayed while this statement waits for its row must stay. A parent that goes on asks
    // for its child's outcome again.
    public static string DeleteEnded(RunStatus status, bool goesOn)
    {
        var range = $"created_at < @before {(goesOn ? "AND created_at >= @from" : "")}";
        var (source, order) = status == RunStatus.Completed
            ? ($"workflow_runs WHERE {range} AND", "created_at")
            : ($"(SELECT run_id, created_at AS accepted FROM workflow_run_phases WHERE phase = '{status.ToName()}' AND {range}) ended JOIN workflow_runs ON id = run_id WHERE", "accepted");
        var isOld = $"status = '{status.ToName()}' AND completed_at < @before";
        return $"""
            DELETE FROM workflow_runs
            WHERE {isOld} AND id IN (
                SELECT id FROM {source} {isOld} AND (parent_run_id IS NULL OR NOT EXISTS (
                    SELECT 1 FROM workflow_run_phases parent WHERE parent.run_id = parent_run_id AND parent.phase IN ('accepted', 'active', 'waiting')))
                ORDER BY {order} LIMIT @limit)
            RETURNING created_at
            """;
    }
}
