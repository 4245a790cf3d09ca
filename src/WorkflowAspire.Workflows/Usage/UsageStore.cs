using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Usage;

/// <summary>What runs and tenants used of language models. Thread-safe.</summary>
public sealed class UsageStore
{
    private const string Sums = "COUNT(*), CAST(SUM(input_tokens) AS bigint), CAST(SUM(output_tokens) AS bigint), SUM(cost)";

    private readonly WorkflowDatabase _database;
    private readonly TimeProvider _time;

    internal UsageStore(WorkflowDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>What each step of a run used, in the order of their first calls.</summary>
    public async Task<IReadOnlyList<StepUsage>> OfRunAsync(Guid runId, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"SELECT step, model, {Sums} FROM workflow_llm_usage WHERE run_id = @run GROUP BY step, model ORDER BY MIN(at), step, model",
            new StoreParameters { ["run"] = runId },
            row => new StepUsage(row.GetString(0), row.GetString(1), Read(row, 2)),
            ct).ConfigureAwait(false);

    /// <summary>What a tenant used of each model, by the model's name.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="from">The first instant that counts; null for no bound.</param>
    /// <param name="to">The first instant that counts no more; null for no bound.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<ModelUsage>> OfTenantAsync(Guid tenantId, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken ct = default)
    {
        var parameters = new StoreParameters { ["tenant"] = tenantId };
        var bounds = "";
        if (from is { } first)
        {
            bounds += " AND at >= @from";
            parameters["from"] = first;
        }

        if (to is { } end)
        {
            bounds += " AND at < @to";
            parameters["to"] = end;
        }

        return await _database.QueryAsync(
            $"SELECT model, {Sums} FROM workflow_llm_usage WHERE tenant_id = @tenant{bounds} GROUP BY model ORDER BY model",
            parameters,
            row => new ModelUsage(row.GetString(0), Read(row, 1)),
            ct).ConfigureAwait(false);
    }

    /// <summary>Records one answer of a model. To record the same one twice is to record it once.</summary>
    /// <param name="id">The answer's own, the same in each try to record it.</param>
    /// <param name="runId">The run that asked.</param>
    /// <param name="tenantId">Whose run it is.</param>
    /// <param name="step">The step that asked.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputTokens">Tokens sent.</param>
    /// <param name="outputTokens">Tokens received.</param>
    /// <param name="cost">What it cost; null if nobody knows.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task RecordAsync(Guid id, Guid runId, Guid tenantId, string step, string model, long inputTokens, long outputTokens, decimal? cost, CancellationToken ct = default)
    {
        var now = _time.GetUtcNow();
        return _database.ExecuteAsync(
            """
            INSERT INTO workflow_llm_usage (id, run_id, tenant_id, step, model, input_tokens, output_tokens, cost, at)
            VALUES (@id, @run, @tenant, @step, @model, @input, @output, @cost, @now)
            ON CONFLICT (id) DO NOTHING
            """,
            new StoreParameters
            {
                ["id"] = id,
                ["run"] = runId,
                ["tenant"] = tenantId,
                ["step"] = step,
                ["model"] = model,
                ["input"] = inputTokens,
                ["output"] = outputTokens,
                ["cost"] = cost,
                ["now"] = now,
            },
            ct);
    }

    private static TokenUsage Read(DbDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.IsDBNull(first + 3) ? null : row.GetDecimal(first + 3));
}
