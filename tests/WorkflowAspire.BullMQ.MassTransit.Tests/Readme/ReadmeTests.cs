using System.Runtime.CompilerServices;
using WorkflowAspire.BullMQ.MassTransit.Readme;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests.Readme;

/// <summary>The package's README shows code that compiles and runs.</summary>
public class ReadmeTests(RedisServer redis)
{
    [Fact]
    public void Every_code_block_of_the_readme_is_part_of_the_program_that_runs()
    {
        var program = Lines(File.ReadAllText(Path.Combine(Folder(), "ReadmeProgram.cs")));
        var readme = File.ReadAllText(Path.Combine(Folder(), "..", "..", "..", "src", "WorkflowAspire.BullMQ.MassTransit", "README.md"));

        var blocks = readme.Split("```csharp\n").Skip(1).Select(block => Lines(block.Split("```")[0])).ToArray();

        blocks.ShouldNotBeEmpty();
        foreach (var block in blocks) program.ShouldContain(block);
    }

    [Fact]
    public Task The_readmes_application_sends_its_mails() => ReadmeProgram.ConsumeAsync(redis.ConnectionString);

    [Fact]
    public Task The_readmes_test_passes() => ReadmeProgram.TestAsync();

    // Neither indentation nor blank lines matter.
    private static string Lines(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
