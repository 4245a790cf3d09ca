using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using WorkflowAspire.Workflows.Llm.Tests.Provider;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Tests.Execution;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.Workflows.Llm.Tests;

/// <summary>An engine with two models, one of each provider, both played by a local server.</summary>
public abstract class LanguageModelSpecification : EngineSpecification
{
    protected const string Key = "sk-secret-0123456789abcdef";

    protected ScriptedProvider Provider { get; } = new();

    protected List<StepProgress> Progress { get; } = [];

    protected FakeLogCollector Log => Services.GetFakeLogCollector();

    protected UsageStore Usage => Services.GetRequiredService<UsageStore>();

    protected LanguageModels Models => Services.GetRequiredService<LanguageModels>();

    protected virtual Dictionary<string, string?> Settings => new()
    {
        ["LanguageModels:default:ConnectionString"] = $"Provider=openai;Endpoint={Provider.Address}/v1;Key={Key};Model=m",
        ["LanguageModels:default:InputPricePerMillion"] = "2",
        ["LanguageModels:default:OutputPricePerMillion"] = "8",
        ["LanguageModels:narrow:ConnectionString"] = $"Provider=openai;Endpoint={Provider.Address}/v1;Key={Key};Model=m",
        ["LanguageModels:narrow:MaxConcurrency"] = "2",
        ["ConnectionStrings:local"] = $"Provider=ollama;Endpoint={Provider.Address};Model=llama3",
    };

    public override async ValueTask InitializeAsync()
    {
        await Provider.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Provider.DisposeAsync();
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings).Build());
        services.AddSingleton<IStepProgress>(new Recorder(Progress));
        services.AddLanguageModels();
    }

    protected async Task<ChatAnswer> Ask(ChatRequest request, RunLease? lease = null, string step = "ask", CancellationToken ct = default)
    {
        ChatAnswer? answer = null;
        await Meanwhile(Execute(lease ?? await AcceptAndClaim(), async context => (answer = await Models.ChatAsync(context, step, request)).Text, ct));
        return answer.ShouldNotBeNull();
    }

    protected async Task<ChatAnswer<T>> Ask<T>(ChatRequest request, RunLease? lease = null)
    {
        ChatAnswer<T>? answer = null;
        await Meanwhile(Execute(lease ?? await AcceptAndClaim(), async context => (answer = await Models.ChatAsync<T>(context, "ask", request)).Text));
        return answer.ShouldNotBeNull();
    }

    protected static ChatRequest Question(string text = "Why?", string connection = "default") => new() { User = text, Connection = connection };

    /// <summary>Lets time pass while the provider is done with all that it was asked, so that no real answer is late.</summary>
    protected async Task<T> Meanwhile<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(5));
            if (Provider.IsIdle) Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await work;
    }

    protected async Task<TokenUsage> UsageOf(RunLease lease) => TokenUsage.Sum((await Usage.OfRunAsync(lease.Run.Id)).Select(step => step.Usage));

    private sealed class Recorder(List<StepProgress> reports) : IStepProgress
    {
        public ValueTask ReportAsync(StepProgress progress, CancellationToken ct = default)
        {
            reports.Add(progress);
            return ValueTask.CompletedTask;
        }
    }
}
