using Microsoft.Data.Sqlite;
using WorkflowAspire.Workflows.Llm.Tests.Provider;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class SecrecyTests : LanguageModelSpecification
{
    [Theory]
    [InlineData(401, "Incorrect API key provided: " + Key)]
    [InlineData(401, "Incorrect API key provided: sk-secre****************cdef. Find yours in your account.")]
    [InlineData(500, "failed with headers Authorization: Bearer " + Key)]
    public async Task A_provider_that_quotes_the_key_gives_it_to_nobody(int status, string reason)
    {
        for (var i = 0; i < 3; i++) Provider.ThenStatus(status, reason);

        var error = await Should.ThrowAsync<Exception>(() => Ask(Question()));

        error.ToString().ShouldSatisfyAllConditions(text => text.ShouldContain("[key]"), text => text.ShouldNotContain("sk-"));
        await NothingHasTheKey();
    }

    [Fact]
    public async Task A_key_across_the_place_where_a_long_reason_is_cut_is_hidden_as_a_whole()
    {
        Provider.ThenStatus(400, new string('x', 290) + " " + Key);

        (await Should.ThrowAsync<Exception>(() => Ask(Question()))).ToString().ShouldNotContain("sk-");
    }

    [Fact]
    public async Task An_answer_leaves_no_trace_of_the_key()
    {
        Provider.ThenOpenAI("Because.");

        await Ask(Question() with { Cache = true });

        await NothingHasTheKey();
    }

    [Fact]
    public async Task An_unreadable_answer_that_quotes_the_key_gives_it_to_nobody()
    {
        Provider.Then(context => Wire.Json(context, $"\"{Key}\""));

        (await Should.ThrowAsync<Exception>(() => Ask(Question() with { Attempts = 1 }))).ToString().ShouldNotContain(Key);
        await NothingHasTheKey();
    }

    private async Task NothingHasTheKey()
    {
        Log.GetSnapshot().Select(record => $"{record.Message} {record.Exception} {string.Join(" ", record.StructuredState ?? [])}").ShouldAllBe(line => !line.Contains("sk-secre"));
        var file = new SqliteConnectionStringBuilder(Source.ConnectionString).DataSource;
        await using (var connection = await Source.OpenConnectionAsync())
        {
            // What is still in the log beside the file goes into it.
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }

        var rows = await File.ReadAllBytesAsync(file);
        rows.AsSpan().IndexOf("ask"u8).ShouldBeGreaterThan(0);
        rows.AsSpan().IndexOf("sk-secre"u8).ShouldBe(-1);
    }
}
