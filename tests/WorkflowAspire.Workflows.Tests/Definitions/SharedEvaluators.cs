using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Tests.Definitions;

[assembly: AssemblyFixture(typeof(SharedEvaluators))]

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>The evaluators of all tests: each host would start its own.</summary>
public sealed class SharedEvaluators : IDisposable
{
    internal static EvaluatorPool Pool { get; } = new(Options.Create(new DefinitionOptions()), NullLogger<EvaluatorPool>.Instance);

    public void Dispose() => Pool.Dispose();
}
