using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Worker.Tests;

public class HealthTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task The_worker_is_healthy_while_it_takes_runs_and_not_after_it_has_stopped()
    {
        await Eventually.Get(StatusOfWorker, status => status == HealthStatus.Healthy);

        await StopWorker();

        (await StatusOfWorker()).ShouldBe(HealthStatus.Unhealthy);
    }

    private async Task<HealthStatus> StatusOfWorker() => (await Service<HealthCheckService>().CheckHealthAsync()).Entries["worker"].Status;
}
