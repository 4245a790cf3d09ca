using Npgsql;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>Jobs that a Node service puts into the queue. (Not on Garnet: Node's own scripts write to a stream, which Garnet doesn't have.)</summary>
[Collection(nameof(OnRedisAndPostgres))]
public class NodeProducerTests(RedisAndPostgres system)
{
    [Fact]
    public async Task A_job_from_node_for_a_run_that_exists_is_executed()
    {
        var run = Guid.NewGuid();
        await InsertRunAsync(run);

        await ProduceAsync(run);

        (await system.Reaches(run, "completed")).GetProperty("output").GetProperty("sections").GetArrayLength().ShouldBe(1);
        (await Eventually.Get(() => system.Execution.GetJobStateAsync(run.ToString()), state => state == JobState.Completed)).ShouldBe(JobState.Completed);
    }

    [Fact]
    public async Task A_job_from_node_for_a_run_that_does_not_exist_is_dead_lettered_after_three_attempts_and_the_runbooks_snippet_prints_it()
    {
        var run = Guid.NewGuid();

        await ProduceAsync(run);

        var letter = await system.DeadLetterAsync(run.ToString());
        letter.GetProperty("attemptsMade").GetInt32().ShouldBe(3);
        letter.GetProperty("errorMessage").GetString()!.ShouldContain("not found");
        (await Commands.NodeAsync(Runbook.Blocks("typescript").Single(), system.RedisPort)).ShouldContain($"{run} {run} {letter.GetProperty("errorMessage").GetString()}");
    }

    private Task<string> ProduceAsync(Guid runId) => Commands.NodeAsync(
        $$"""
        import { Queue } from 'bullmq';
        const queue = new Queue('workflow-execution', { connection: { host: 'localhost', port: 6379 } });
        const [runId, tenantId, workflowId, input] = ['{{runId}}', '{{system.Tenant}}', 'document-digest', { text: 'From Node.' }];
        await queue.add('run', { runId, tenantId, workflowId, input }, { jobId: runId, attempts: 3, backoff: { type: 'exponential', delay: 5000 } });
        await queue.close();
        """,
        system.RedisPort);

    private async Task InsertRunAsync(Guid runId)
    {
        await using var database = NpgsqlDataSource.Create(system.DatabaseConnectionString);
        await using var insert = database.CreateCommand(
            $$"""
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, created_at, enqueued_at)
            VALUES ('{{runId}}', '{{system.Tenant}}', 'document-digest', 'pending', '{"text":"From Node."}', NOW(), NOW())
            """);
        await insert.ExecuteNonQueryAsync();
    }
}
