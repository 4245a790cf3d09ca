using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>Every command of the runbook, as it is written there, against the running system.</summary>
[Collection(nameof(OnRedisAndPostgres))]
public class RunbookTests(RedisAndPostgres system)
{
    public static TheoryData<string> RedisCommands => [.. Runbook.Lines("bash")];

    [Fact]
    public void The_runbook_has_the_commands_that_are_tested_here()
    {
        Runbook.Lines("bash").Count().ShouldBe(4);
        Runbook.Blocks("sql").ShouldHaveSingleItem();
        Runbook.Blocks("typescript").ShouldHaveSingleItem();
        Runbook.LogMessages.Count().ShouldBe(7);
    }

    [Theory]
    [MemberData(nameof(RedisCommands))]
    public async Task A_redis_cli_command_of_the_runbook_answers(string command)
    {
        var output = await Commands.ShellAsync($"redis-cli() {{ command redis-cli -p {system.RedisPort} \"$@\"; }}; {command}");

        if (command.Contains("LLEN", StringComparison.Ordinal)) int.Parse(output, CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(0);
        else output.ShouldContain("version");
    }

    [Fact]
    public async Task The_depth_of_the_dead_letter_queue_is_what_redis_cli_says()
    {
        var command = Runbook.Lines("bash").Single(line => line.Contains("dlq", StringComparison.Ordinal));
        var id = await system.SubmitAsync("http-extract", new { url = "ftp://example.org/", fields = new { a = "/a" } });
        await system.DeadLetterAsync(id.ToString());

        // Other tests put dead letters there meanwhile.
        await Eventually.True(async () =>
        {
            var depth = int.Parse(await Commands.ShellAsync($"redis-cli() {{ command redis-cli -p {system.RedisPort} \"$@\"; }}; {command}"), CultureInfo.InvariantCulture);
            return depth >= 1 && depth == (await system.DeadLetters.GetJobCountsAsync())[JobState.Waiting];
        });
    }

    [Fact]
    public async Task The_sql_for_stuck_entities_finds_a_run_that_has_been_running_for_more_than_ten_minutes()
    {
        await using var database = NpgsqlDataSource.Create(system.DatabaseConnectionString);
        var stuck = Guid.NewGuid();
        await using (var insert = database.CreateCommand(
            "INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, created_at, started_at) VALUES ($1, $2, 'document-digest', 'running', NOW(), NOW() - INTERVAL '11 minutes')"))
        {
            insert.Parameters.Add(new() { Value = stuck });
            insert.Parameters.Add(new() { Value = system.Tenant });
            await insert.ExecuteNonQueryAsync();
        }

        await using var query = database.CreateCommand(Runbook.Blocks("sql").Single());
        await using var rows = await query.ExecuteReaderAsync();

        (await rows.ReadAsync()).ShouldBeTrue();
        rows.GetGuid(0).ShouldBe(stuck);
        rows.GetGuid(1).ShouldBe(system.Tenant);
        rows.GetString(2).ShouldBe("running");
        rows.GetTimeSpan(4).ShouldBeGreaterThan(TimeSpan.FromMinutes(11));
        (await rows.ReadAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task The_meta_hash_names_the_protocol_that_the_queue_speaks()
    {
        var meta = await Commands.ShellAsync($"redis-cli -p {system.RedisPort} HGETALL bull:workflow-execution:meta");

        Regex.IsMatch(meta, "^bullmq", RegexOptions.Multiline).ShouldBeTrue(meta);
    }
}
