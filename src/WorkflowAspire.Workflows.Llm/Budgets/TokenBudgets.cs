using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Llm.Providers;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Llm.Budgets;

/// <summary>Reserves tokens before a call and settles them after it, in the database, so that all workers share one count.</summary>
internal sealed class TokenBudgets(WorkflowDatabase database, IOptions<TokenBudgetOptions> options, TimeProvider time)
{
    // For what comes between the end of a call and its record.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private readonly ReservationSql _sql = ReservationSql.Of(database.Dialect);

    /// <summary>Begins a call: it counts as so many tokens until it is settled.</summary>
    /// <param name="tenantId">Who calls.</param>
    /// <param name="isTenants">Whether it pays for the call itself.</param>
    /// <param name="tokens">How many tokens the call may use.</param>
    /// <param name="longest">After how long it is over at the latest.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What to settle; null where the tenant has no budget, or none that counts such a call.</returns>
    /// <exception cref="ModelFailure">The budget is used up, or what is left is reserved.</exception>
    public async Task<TokenReservation?> ReserveAsync(Guid tenantId, bool isTenants, long tokens, TimeSpan longest, CancellationToken ct)
    {
        if (options.Value.Of(tenantId) is not { } budget || (isTenants && !budget.OwnConnections)) return null;
        var now = time.GetUtcNow();
        var (start, end) = budget.WindowAt(now);
        var reservation = new TokenReservation(tenantId, start, $"r{Guid.NewGuid():N}");
        var until = (now + longest + Slack).ToUnixTimeMilliseconds();
        // Each ends with its own time, so that what a dead worker reserved comes free however busy its tenant is.
        var reserved = budget.Tokens == 0 ? [] : await database.ExecuteReturningAsync(
            $"""
            INSERT INTO workflow_llm_budgets (tenant_id, window_start, used, reserved, reserved_until, reservations)
            VALUES (@tenant, @start, 0, 0, @start, @first)
            ON CONFLICT (tenant_id, window_start) DO UPDATE SET reservations = {_sql.WithNew}
            WHERE workflow_llm_budgets.used + {_sql.Sum} < @budget
            RETURNING used
            """,
            new StoreParameters
            {
                ["tenant"] = tenantId,
                ["start"] = start,
                ["reservation"] = reservation.Id,
                ["tokens"] = tokens,
                ["until"] = until,
                ["first"] = $$"""{"{{reservation.Id}}":[{{tokens}},{{until}}]}""",
                ["now"] = now.ToUnixTimeMilliseconds(),
                ["budget"] = budget.Tokens,
            },
            row => row.GetInt64(0),
            ct).ConfigureAwait(false);
        if (reserved.Count == 1) return reservation;

        var used = await UsedAsync(tenantId, start, ct).ConfigureAwait(false);
        var window = $"{(budget.Window == BudgetWindow.Day ? "day" : "month")}, which ends at {end:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        throw used >= budget.Tokens
            ? ModelFailure.Final($"no call was made: tenant {tenantId} has used {used} of its {budget.Tokens} tokens of the {window}")
            : ModelFailure.Postponed($"no call was made: tenant {tenantId} has used {used} of its {budget.Tokens} tokens of the {window}, and calls in flight may use the rest");
    }

    /// <summary>Ends a call: what it used counts, and its reservation doesn't any more. To do so twice is to do it once.</summary>
    public Task SettleAsync(TokenReservation reservation, long used, CancellationToken ct) => database.ExecuteAsync(
        $"""
        UPDATE workflow_llm_budgets SET used = used + @used, reservations = {_sql.WithoutIt}
        WHERE tenant_id = @tenant AND window_start = @start AND {_sql.HasIt}
        """,
        new StoreParameters { ["tenant"] = reservation.TenantId, ["start"] = reservation.WindowStart, ["reservation"] = reservation.Id, ["used"] = used },
        ct);

    private async Task<long> UsedAsync(Guid tenantId, DateTimeOffset start, CancellationToken ct) =>
        (await database.QueryAsync(
            "SELECT used FROM workflow_llm_budgets WHERE tenant_id = @tenant AND window_start = @start",
            new StoreParameters { ["tenant"] = tenantId, ["start"] = start },
            row => row.GetInt64(0),
            ct).ConfigureAwait(false)).SingleOrDefault();
}

/// <summary>Tokens that a call in flight may use.</summary>
internal sealed record TokenReservation(Guid TenantId, DateTimeOffset WindowStart, string Id);
