using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>Starts the first evaluator with the service, so that it is there when the first text comes.</summary>
internal sealed class EvaluatorsAhead(EvaluatorPool pool) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        pool.StartAhead();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
