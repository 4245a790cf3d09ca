using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Budgets;
using WorkflowAspire.Workflows.Llm.Providers;
using WorkflowAspire.Workflows.Llm.Tests.Provider;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Llm.Tests;

public abstract class BudgetSpecification : LanguageModelSpecification
{
    private static readonly Guid Rich = Guid.NewGuid();
    private static readonly Guid Strict = Guid.NewGuid();
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private TokenBudgets Budgets => Services.GetRequiredService<TokenBudgets>();

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["TokenBudgets:default:Tokens"] = "1000",
        ["TokenBudgets:default:Window"] = "day",
        [$"TokenBudgets:{Rich}:Tokens"] = "1000000",
        [$"TokenBudgets:{Rich}:Window"] = "month",
        [$"TokenBudgets:{Strict}:Tokens"] = "1000",
        [$"TokenBudgets:{Strict}:OwnConnections"] = "true",
    };

    [Fact]
    public async Task A_call_over_the_budget_is_not_made_and_fails_the_run()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("Because.", input: 900, output: 150);
        await Ask(Question(), lease);

        var error = await Should.ThrowAsync<UnrecoverableError>(async () => await Ask(Question(), await Claim(await AcceptRun(lease.Run.TenantId))));

        error.Message.ShouldEndWith($"no call was made: tenant {lease.Run.TenantId} has used 1050 of its 1000 tokens of the day, which ends at 2026-02-12T00:00:00Z.");
        Provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_budget_begins_anew_with_its_window()
    {
        var tenant = Guid.NewGuid();
        await Spend(tenant, 1000);
        await Refused(tenant, isFinal: true);

        Time.Advance(TimeSpan.FromHours(12));

        (await Budgets.ReserveAsync(tenant, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tenant_may_have_a_budget_of_its_own()
    {
        await Spend(Rich, 5000);
        Time.Advance(TimeSpan.FromDays(10));

        (await Budgets.ReserveAsync(Rich, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
        Time.Advance(TimeSpan.FromDays(10));
        (await Budgets.ReserveAsync(Rich, isTenants: false, 10, Longest, default))!.WindowStart.ShouldBe(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Calls_at_the_same_time_overrun_the_budget_by_no_more_than_one_reservation()
    {
        var tenant = Guid.NewGuid();

        var begun = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await Budgets.ReserveAsync(tenant, isTenants: false, 300, Longest, default);
            }
            catch (ModelFailure failure) when (!failure.IsFinal)
            {
                return null;
            }
        })));

        // 0, 300, 600 and 900 are below 1000; 1200 isn't.
        begun.Count(reservation => reservation is not null).ShouldBe(4);
    }

    [Fact]
    public async Task A_call_that_only_waits_for_others_may_try_again()
    {
        var tenant = Guid.NewGuid();
        var others = (await Budgets.ReserveAsync(tenant, isTenants: false, 1000, Longest, default)).ShouldNotBeNull();
        await Refused(tenant, isFinal: false);

        await Budgets.SettleAsync(others, 400, default);

        (await Budgets.ReserveAsync(tenant, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_step_that_only_waits_for_others_says_nothing_of_its_endpoint()
    {
        var lease = await AcceptAndClaim();
        await Budgets.ReserveAsync(lease.Run.TenantId, isTenants: false, 1000, Longest, default);

        var error = await Should.ThrowAsync<StepPostponedException>(() => Ask(Question() with { Attempts = 1 }, lease));

        error.Message.ShouldContain("calls in flight may use the rest");
        Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_dead_worker_reserved_is_free_after_its_time()
    {
        var tenant = Guid.NewGuid();
        await Budgets.ReserveAsync(tenant, isTenants: false, 1000, Longest, default);
        await Refused(tenant, isFinal: false);

        Time.Advance(Longest + TimeSpan.FromMinutes(1));

        (await Budgets.ReserveAsync(tenant, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_a_dead_worker_reserved_is_free_after_its_time_however_busy_its_tenant_is()
    {
        var tenant = Guid.NewGuid();
        await Budgets.ReserveAsync(tenant, isTenants: false, 900, Longest, default);
        for (var i = 0; i < 6; i++)
        {
            var other = (await Budgets.ReserveAsync(tenant, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
            Time.Advance(TimeSpan.FromSeconds(40));
            await Budgets.SettleAsync(other, 1, default);
        }

        (await Budgets.ReserveAsync(tenant, isTenants: false, 990, Longest, default)).ShouldNotBeNull();
        await Refused(tenant, isFinal: false, after: 10);
    }

    [Fact]
    public async Task A_call_whose_end_is_told_twice_counts_once()
    {
        var tenant = Guid.NewGuid();
        var call = (await Budgets.ReserveAsync(tenant, isTenants: false, 600, Longest, default)).ShouldNotBeNull();

        await Budgets.SettleAsync(call, 600, default);
        await Budgets.SettleAsync(call, 600, default);

        (await Budgets.ReserveAsync(tenant, isTenants: false, 10, Longest, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_budget_counts_what_a_tenant_pays_itself_only_where_it_says_so()
    {
        (await Budgets.ReserveAsync(Guid.NewGuid(), isTenants: true, 10, Longest, default)).ShouldBeNull();

        (await Budgets.ReserveAsync(Strict, isTenants: true, 10, Longest, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_call_that_fails_gives_its_reservation_back()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenStatus(500).ThenStatus(500).ThenOpenAI("Because.", input: 10, output: 5);

        await Ask(Question() with { MaxTokens = 900 }, lease);

        (await Budgets.ReserveAsync(lease.Run.TenantId, isTenants: false, 980, Longest, default)).ShouldNotBeNull();
        await Refused(lease.Run.TenantId, isFinal: false, tokens: 10, after: 5);
    }

    private async Task Spend(Guid tenant, long tokens) =>
        await Budgets.SettleAsync((await Budgets.ReserveAsync(tenant, isTenants: false, tokens, Longest, default)).ShouldNotBeNull(), tokens, default);

    // After so many more tokens are reserved.
    private async Task Refused(Guid tenant, bool isFinal, long tokens = 10, long after = 0)
    {
        if (after > 0) await Budgets.ReserveAsync(tenant, isTenants: false, after, Longest, default);
        (await Should.ThrowAsync<ModelFailure>(() => Budgets.ReserveAsync(tenant, isTenants: false, tokens, Longest, default))).IsFinal.ShouldBe(isFinal);
    }
}

public class BudgetOnSqlite : BudgetSpecification;

public class BudgetOnPostgres(PostgresServer postgres) : BudgetSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}
