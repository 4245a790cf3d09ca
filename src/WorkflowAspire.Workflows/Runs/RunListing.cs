using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Runs;

/// <summary>The query for a page of runs: one walk along an index for each phase that is asked for, or one along the runs themselves.</summary>
internal sealed class RunListing
{
    private readonly RunFilter _filter;
    private readonly StoreParameters _parameters;
    private readonly List<string> _conditions = [];

    private RunListing(RunFilter filter, RunCursor? after, int limit)
    {
        _filter = filter;
        _parameters = new StoreParameters { ["limit"] = limit };
        if (filter.TenantId is { } tenant) Where("tenant_id = @tenant", "tenant", tenant);
        if (filter.WorkflowId is { } workflow) Where("workflow_id = @workflow", "workflow", workflow);
        if (filter.CreatedFrom is { } from) Where("created_at >= @from", "from", from);
        if (filter.CreatedBefore is { } before) Where("created_at < @before", "before", before);
        if (after is not { } place) return;
        Where("(created_at, $id) < (@created, @last)", "created", place.CreatedAt);
        _parameters["last"] = place.Id;
    }

    /// <param name="filter">Which runs.</param>
    /// <param name="after">Where the page before ended; null for the first one.</param>
    /// <param name="limit">How many at most.</param>
    public static (string Sql, StoreParameters Parameters) Of(RunFilter filter, RunCursor? after, int limit)
    {
        var listing = new RunListing(filter, after, limit);
        var byPhase = filter is { ParentRunId: null, FailureFingerprint: null, IdempotencyKey: null } && filter.Statuses.Count > 0 && !filter.Statuses.Contains(RunStatus.Completed);
        return (byPhase ? listing.ByPhase() : listing.ByRun(), listing._parameters);
    }

    private void Where(string condition, string name, object value)
    {
        _conditions.Add(condition);
        _parameters[name] = value;
    }

    private string ByRun()
    {
        if (_filter.ParentRunId is { } parent) Where("parent_run_id = @parent", "parent", parent);
        if (_filter.IdempotencyKey is { } key) Where("idempotency_key = @key", "key", key);
        if (_filter.FailureFingerprint is { } fingerprint) Where("failure_fingerprint = @fingerprint", "fingerprint", fingerprint);
        if (_filter.Statuses.Count > 0) _conditions.Add(StatusIn(_filter.Statuses));
        var where = _conditions is [] ? "" : $"WHERE {Conditions("id")}";
        return $"SELECT {WorkflowRun.NarrowColumns} FROM workflow_runs {where} ORDER BY created_at DESC, id DESC LIMIT @limit";
    }

    private string ByPhase() =>
        $"""
        SELECT {WorkflowRun.NarrowColumns} FROM workflow_runs
        WHERE id IN ({string.Join(" UNION ALL ", _filter.Statuses.SelectMany(PhasesOf).Distinct().Select(OfPhase))}) AND {StatusIn(_filter.Statuses)}
        ORDER BY created_at DESC, id DESC LIMIT @limit
        """;

    private string OfPhase(string phase)
    {
        // Pending and running runs share a phase, so that a claim need not move them.
        var status = phase == "active" && !(_filter.Statuses.Contains(RunStatus.Pending) && _filter.Statuses.Contains(RunStatus.Running))
            ? $"AND EXISTS (SELECT 1 FROM workflow_runs WHERE id = run_id AND {StatusIn(_filter.Statuses)})"
            : "";
        var conditions = _conditions is [] ? "" : $"AND {Conditions("run_id")}";
        return $"SELECT run_id FROM (SELECT run_id FROM workflow_run_phases WHERE phase = '{phase}' {conditions} {status} ORDER BY created_at DESC, run_id DESC LIMIT @limit) {phase}";
    }

    private string Conditions(string id) => string.Join(" AND ", _conditions).Replace("$id", id, StringComparison.Ordinal);

    private static string StatusIn(IReadOnlyCollection<RunStatus> statuses) => statuses.Count == 1
        ? $"status = '{statuses.Single().ToName()}'"
        : $"status IN ({string.Join(", ", statuses.Distinct().Select(status => $"'{status.ToName()}'"))})";

    private static string[] PhasesOf(RunStatus status) => status switch
    {
        RunStatus.Pending => ["accepted", "active"],
        RunStatus.Running => ["active"],
        _ => [status.ToName()],
    };
}
