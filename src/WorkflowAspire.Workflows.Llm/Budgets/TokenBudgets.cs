using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Llm.Providers;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Llm.Budgets;

/// <summary>Reserves tokens before a call and settles them after it, in the database, so that all workers share one count.</summary>
internal sealed class TokenBudgets(WorkflowDatabase database, IOptions<TokenBudgetOptions> options, TimeProvider time)
{
    /// <summary>Begins a call: it counts as so many tokens until it is settled.</summary>
    /// <param name="tenantId">Who calls.</param>
    /// <param name="tokens">How many tokens the call may use.</param>
    /// <param name="longest">After how long it is over at the latest.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What to settle; null where the tenant has no budget.</returns>
    /// <exception cref="ModelFailure">The budget is used up, or what is left is reserved.</exception>
    public async Task<TokenReservation?> ReserveAsync(Guid tenantId, long tokens, TimeSpan longest, CancellationToken ct)
    {
        if (options.Value.Of(tenantId) is not { } budget) return null;
        var now = time.GetUtcNow();
        var (start, end) = budget.WindowAt(now);
        // A reservation that nobody settled ends with the last one's time, so that a worker that died costs a wait, not the window.
        var reserved = budget.Tokens == 0 ? [] : await database.ExecuteReturningAsync(
            """
            INSERT INTO workflow_llm_budgets (tenant_id, window_start, used, reserved, reserved_until)
            VALUES (@tenant, @start, 0, @tokens, @until)
            ON CONFLICT (tenant_id, window_start) DO UPDATE
            SET reserved = excluded.reserved + CASE WHEN workflow_llm_budgets.reserved_until < @now THEN 0 ELSE workflow_llm_budgets.reserved END,
                reserved_until = CASE WHEN workflow_llm_budgets.reserved_until > excluded.reserved_until THEN workflow_llm_budgets.reserved_until ELSE excluded.reserved_until END
            WHERE workflow_llm_budgets.used + CASE WHEN workflow_llm_budgets.reserved_until < @now THEN 0 ELSE workflow_llm_budgets.reserved END < @budget
            RETURNING used
            """,
            new StoreParameters { ["tenant"] = tenantId, ["start"] = start, ["tokens"] = tokens, ["until"] = now + longest, ["now"] = now, ["budget"] = budget.Tokens },
            row => row.GetInt64(0),
            ct).ConfigureAwait(false);
        if (reserved.Count == 1) return new TokenReservation(tenantId, start, tokens);

        var used = await UsedAsync(tenantId, start, ct).ConfigureAwait(false);
        var window = $"{(budget.Window == BudgetWindow.Day ? "day" : "month")}, which ends at {end:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        throw used >= budget.Tokens
            ? ModelFailure.Final($"no call was made: tenant {tenantId} has used {used} of its {budget.Tokens} tokens of the {window}")
            : ModelFailure.Postponed($"no call was made: tenant {tenantId} has used {used} of its {budget.Tokens} tokens of the {window}, and calls in flight may use the rest");
    }

    /// <summary>Ends a call: what it used counts, and its reservation doesn't any more.</summary>
    public Task SettleAsync(TokenReservation reservation, long used, CancellationToken ct) => database.ExecuteAsync(
        """
        UPDATE workflow_llm_budgets SET used = used + @used, reserved = CASE WHEN reserved < @tokens THEN 0 ELSE reserved - @tokens END
        WHERE tenant_id = @tenant AND window_start = @start
        """,
        new StoreParameters { ["tenant"] = reservation.TenantId, ["start"] = reservation.WindowStart, ["tokens"] = reservation.Tokens, ["used"] = used },
        ct);

    private async Task<long> UsedAsync(Guid tenantId, DateTimeOffset start, CancellationToken ct) =>
        (await database.QueryAsync(
            "SELECT used FROM workflow_llm_budgets WHERE tenant_id = @tenant AND window_start = @start",
            new StoreParameters { ["tenant"] = tenantId, ["start"] = start },
            row => row.GetInt64(0),
            ct).ConfigureAwait(false)).SingleOrDefault();
}

/// <summary>Tokens that a call in flight may use.</summary>
internal sealed record TokenReservation(Guid TenantId, DateTimeOffset WindowStart, long Tokens);
