using Microsoft.Extensions.Logging;
using Polly;
using WorkflowAspire.Workflows.Llm.Answers;
using WorkflowAspire.Workflows.Llm.Budgets;
using WorkflowAspire.Workflows.Store;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.Workflows.Llm.Calls;

/// <summary>Which step of which run asks.</summary>
internal sealed record Asker(Guid RunId, Guid TenantId, string Step);

/// <summary>What all calls share.</summary>
internal sealed record ChatServices(
    UsageStore Usage, TokenBudgets Budgets, AnswerCache Cache, LanguageModelTelemetry Telemetry, IEnumerable<IStepProgress> Progress, TimeProvider Time, ILogger<LanguageModels> Logger)
{
    /// <summary>Writes what a call has cost: a database that is away for a moment doesn't cost an answer that is there.</summary>
    public ResiliencePipeline Bookkeeping { get; } = WriteRetry.On(Time);
}
