using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Evaluators are shared, end with their host, and one tenant's crashes keep nobody else waiting.</summary>
public sealed class EvaluatorPoolTests : IDisposable
{
    private const string Crash = "'' + [...Array(3000000)].map((_, i) => 'xxxxxxxxxxxxxxxx' + i)";

    private readonly EvaluatorPool _pool;
    private readonly Evaluations _evaluations;
    private readonly Guid _tenant = Guid.NewGuid();

    public EvaluatorPoolTests()
    {
        var options = Options.Create(new DefinitionOptions { Evaluators = { Processes = 2, MaxHeap = 64_000_000 }, MemoryLimit = 1_000_000_000, ExpressionTimeout = TimeSpan.FromMilliseconds(300) });
        _pool = new EvaluatorPool(options, NullLogger<EvaluatorPool>.Instance);
        _evaluations = new Evaluations(_pool, options, TimeProvider.System);
    }

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task An_evaluator_that_is_killed_from_outside_fails_nobody()
    {
        (await Evaluate("1")).ShouldBe("1");
        foreach (var process in Evaluators()) process.Kill();

        (await Evaluate("2")).ShouldBe("2");
    }

    [Fact]
    public async Task One_that_is_killed_at_work_is_replaced_and_the_work_is_done_again()
    {
        var evaluated = Evaluate("(() => { let n = 0; while (n < 300000) n++; return n; })()");
        await Eventually.True(() => Evaluators().Count > 0);
        foreach (var process in Evaluators()) process.Kill();

        (await evaluated).ShouldBe("300000");
    }

    [Fact]
    public async Task Evaluators_end_with_the_pool()
    {
        await Evaluate("1");
        var processes = Evaluators();
        processes.ShouldNotBeEmpty();

        _pool.Dispose();

        await Eventually.True(() => processes.All(process => process.HasExited));
    }

    [Fact]
    public async Task A_tenant_that_ends_evaluators_again_and_again_does_not_keep_others_from_theirs()
    {
        (await Evaluate("1")).ShouldBe("1");
        using var stop = new CancellationTokenSource();
        var hostile = Guid.NewGuid();
        var crashes = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    (await Answer(hostile, Crash)).Outcome.ShouldNotBe(Outcome.Done);
                }
                catch (EvaluatorsUnavailableException)
                {
                    // It is the one that may have to wait.
                }
            }
        })).ToArray();

        for (var n = 0; n < 20; n++) (await Evaluate($"{n} + 1")).ShouldBe($"{n + 1}");

        await stop.CancelAsync();
        await Task.WhenAll(crashes);
    }

    [Fact]
    public async Task Whoever_hangs_up_leaves_no_evaluator_behind_that_nobody_uses()
    {
        (await Evaluate("1")).ShouldBe("1");
        for (var n = 0; n < 5; n++)
        {
            using var hangUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
            await Should.ThrowAsync<OperationCanceledException>(() => _evaluations.EvaluateAsync(_tenant, [Work("(() => { for (;;); })()")], "{}"u8.ToArray(), hangUp.Token));
        }

        (await Evaluate("2")).ShouldBe("2");
        Evaluators().Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task An_evaluator_has_nothing_of_the_hosts_environment_but_where_the_runtime_is()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Reads /proc.");
        await Evaluate("1");

        var names = (await File.ReadAllTextAsync($"/proc/{Evaluators()[0].Id}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0]);

        names.ShouldBeSubsetOf(["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_GCHeapHardLimit", "DOTNET_gcServer", "DOTNET_EnableDiagnostics", "DOTNET_DbgEnableMiniDump"]);
    }

    private static Work Work(string expression) => new(Purpose.Evaluate, new TenantText(TextKind.Expression, expression));

    private async Task<string> Evaluate(string expression) => (await Answer(_tenant, expression)).Text;

    private async Task<Answer> Answer(Guid tenant, string expression) => (await _evaluations.EvaluateAsync(tenant, [Work(expression)], "{}"u8.ToArray(), CancellationToken.None))[0];

    private List<Process> Evaluators() => [.. _pool.ProcessIds.Select(Process.GetProcessById)];
}
