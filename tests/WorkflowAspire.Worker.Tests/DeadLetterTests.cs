using Dapper;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

public class DeadLetterTests(RedisServer redis) : WorkerSpecification(redis)
{
    [Fact]
    public async Task A_run_that_fails_every_attempt_is_failed_and_in_the_dead_letter_queue_with_all_its_data()
    {
        Workflow.Run = (_, _) => throw new InvalidOperationException("broken for good");
        var run = await GivenRun();

        await Enqueue(run, extra: ""","trace":{"theirs":[1]}""");

        (await Reaches(run, RunStatus.Failed)).Error.ShouldBe("broken for good");
        var letter = await DeadLetterOf(run.Id.ToString());
        letter.OriginalJobId.ShouldBe(run.Id.ToString());
        letter.RunId.ShouldBe(run.Id.ToString());
        letter.TenantId.ShouldBe(run.TenantId.ToString());
        letter.AttemptsMade.ShouldBe(3);
        letter.ErrorMessage.ShouldBe("broken for good");
        letter.FailedAt.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        letter.Payload.GetProperty("trace").GetRawText().ShouldBe("""{"theirs":[1]}""");
        (await Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Failed);
        var logged = await Logged("Workflow run failed after all retries, routing to DLQ");
        logged["attemptsMade"].ShouldBe("3");
        logged["error"].ShouldBe("broken for good");
        logged["tenantId"].ShouldBe(run.TenantId.ToString());
    }

    [Fact]
    public async Task Nothing_but_the_runbooks_messages_is_said_of_a_run_that_fails()
    {
        Workflow.Run = (_, _) => throw new InvalidOperationException("broken for good");
        var run = await GivenRun();

        await Enqueue(run);

        await Logged("Workflow run failed after all retries, routing to DLQ");
        Log.GetSnapshot().Where(record => record.Level >= LogLevel.Warning).Select(record => record.Message).ShouldBe(
        [
            "Workflow run attempt 1/3 failed, will retry",
            "Workflow run attempt 2/3 failed, will retry",
            "Workflow run failed after all retries, routing to DLQ",
        ]);
    }

    [Fact]
    public async Task A_job_whose_run_does_not_exist_is_in_the_dead_letter_queue_after_three_attempts()
    {
        var (runId, tenantId) = (Guid.NewGuid(), Guid.NewGuid());

        await Enqueue(runId.ToString(), $$"""{"runId":"{{runId}}","tenantId":"{{tenantId}}","workflowId":"scripted"}""");

        var letter = await DeadLetterOf(runId.ToString());
        letter.ErrorMessage.ShouldContain("not found");
        letter.AttemptsMade.ShouldBe(3);
    }

    [Fact]
    public async Task Another_tenants_run_is_not_found()
    {
        var run = await GivenRun();

        await Enqueue("theft", $$"""{"runId":"{{run.Id}}","tenantId":"{{Guid.NewGuid()}}","workflowId":"scripted"}""", attempts: 1);

        (await DeadLetterOf("theft")).ErrorMessage.ShouldContain("not found");
        (await Store.FindAsync(run.Id))!.Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task A_workflow_that_this_worker_does_not_know_fails_the_run_at_once()
    {
        var run = await GivenRun(workflow: "gone");

        await Enqueue(run);

        (await Reaches(run, RunStatus.Failed)).Error!.ShouldContain("'gone'");
        (await DeadLetterOf(run.Id.ToString())).AttemptsMade.ShouldBe(1);
    }

    [Theory]
    [InlineData("[1,2]")]
    [InlineData("""{"runId":"x","tenantId":"y","workflowId":"z"}""")]
    [InlineData("""{"tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10"}""")]
    [InlineData("null")]
    [InlineData("not json")]
    public async Task Data_of_another_form_is_in_the_dead_letter_queue_as_it_came(string data)
    {
        await Enqueue("malformed", data);

        var letter = await DeadLetterOf("malformed");
        letter.ErrorMessage.ShouldContain("malformed");
        letter.AttemptsMade.ShouldBe(1);
        (data == "not json" ? letter.Payload.GetString() : letter.Payload.GetRawText()).ShouldBe(data);
    }

    [Fact]
    public async Task When_the_database_is_down_the_job_is_in_the_dead_letter_queue_all_the_same_and_the_entity_is_told_about()
    {
        Workflow.Run = async (_, ct) =>
        {
            await using var connection = await Database.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("ALTER TABLE workflow_runs RENAME TO gone");
            throw new InvalidOperationException("broken");
        };
        var run = await GivenRun();

        await Enqueue(run, attempts: 1);

        var logged = await Logged("Failed to update entity status after DLQ routing");
        logged["runId"].ShouldBe(run.Id.ToString());
        logged["error"]!.ShouldContain("workflow_runs");
        (await DeadLetterOf(run.Id.ToString())).ErrorMessage.ShouldBe("broken");
    }

    [Fact]
    public async Task A_step_that_runs_out_of_time_says_timeout()
    {
        Workflow.Run = async (context, _) =>
        {
            await context.StepAsync("slow", ct => Task.Delay(Timeout.Infinite, ct), new() { Timeout = TimeSpan.FromMilliseconds(20) });
            return default;
        };
        var run = await GivenRun();

        await Enqueue(run, attempts: 1);

        (await DeadLetterOf(run.Id.ToString())).ErrorMessage.ShouldContain("timeout");
    }
}
