using System.Globalization;
using Aspire.Hosting;
using StackExchange.Redis;
using WorkflowAspire.LocalHosting.Processes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>The AppHost as its user runs it: a process with a command line, output and signals.</summary>
public sealed class AppHostProcessTests : IDisposable
{
    private const string Running = "Ctrl-C stops everything";

    // Its own output folder: the copy beside the tests lacks what the tests bring along.
    private static readonly string AppHostPath = Path.Combine(
        Projects.Sample_AppHost.ProjectPath, Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."), AppContext.BaseDirectory), "Sample.AppHost.dll");

    private readonly string _folder = Directory.CreateTempSubdirectory("apphost-test-").FullName;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_everything_and_ends_with_success(string signal)
    {
        await using var appHost = Start("--Local:Redis=server", "--Local:Database=sqlite");
        await Eventually.True(() => appHost.Output.Contains(Running));
        var children = Children();

        appHost.Signal(signal);
        await appHost.WaitForExitAsync();

        appHost.ExitCode.ShouldBe(0);
        children.Count.ShouldBe(3);
        children.Select(ProcessIdentity.Of).ShouldAllBe(identity => identity == null);
        appHost.Output.ShouldContain("service | stopped, exit code 0");
    }

    [Fact]
    public async Task The_table_says_what_serves_each_resource_and_why()
    {
        await using var appHost = Start("--Local:Redis=server", "--Local:Database=sqlite");
        await Eventually.True(() => appHost.Output.Contains(Running));

        appHost.Output.ShouldContain("asked for with --Local:Database=sqlite");
        appHost.Output.ShouldContain("Hosting: local (a sample for tests)");
        appHost.Output.ShouldContain("service | the service is up");
        await Stop(appHost);
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_is_refused()
    {
        await using var first = Start("--Local:Redis=server", "--Local:Database=sqlite");
        await Eventually.True(() => first.Output.Contains(Running));

        var error = await Should.ThrowAsync<DistributedApplicationException>(() => SampleApplication.StartAsync($"--Local:DataPath={_folder}"));

        error.Message.ShouldContain($"Another AppHost (pid {first.Id}) runs on the data folder {_folder}");
        await Stop(first);
    }

    [Fact]
    public async Task The_children_of_a_killed_AppHost_end_in_order_and_what_they_kept_is_there_at_the_next_start()
    {
        await using var first = Start("--Local:Redis=server", "--Local:Database=postgres");
        await Eventually.True(() => first.Output.Contains(Running));
        var left = Children();
        await using (var redis = await ConnectionMultiplexer.ConnectAsync("127.0.0.1:7600")) await redis.GetDatabase().StringSetAsync("kept", "yes");

        first.Signal("KILL");
        await first.WaitForExitAsync();

        await Eventually.True(() => left.All(id => ProcessIdentity.Of(id) is null));
        left.Count.ShouldBe(4);
        File.Exists(Path.Combine(_folder, "postgres", "data", "postmaster.pid")).ShouldBeFalse("PostgreSQL did not shut down, it was killed");
        await using var next = await SampleApplication.StartAsync("--Local:Redis=server", "--Local:Database=postgres", "--REDIS_PORT=7600", $"--Local:DataPath={_folder}");
        await next.Healthy("workflow");
        await using var again = await next.ConnectToRedis();
        ((string?)await again.GetDatabase().StringGetAsync("kept")).ShouldBe("yes");
    }

    [Fact]
    public async Task What_an_AppHost_that_was_killed_with_its_guard_left_running_is_stopped_by_the_next()
    {
        await using var first = Start("--Local:Redis=server", "--Local:Database=sqlite");
        await Eventually.True(() => first.Output.Contains(Running));
        var left = Children();
        Signals.Send(GuardOf(first), StopSignal.Kill);
        first.Signal("KILL");
        await first.WaitForExitAsync();
        left.Select(ProcessIdentity.Of).ShouldAllBe(identity => identity != null);

        await using var next = await SampleApplication.StartAsync("--Local:Redis=server", "--Local:Database=sqlite", $"--Local:DataPath={_folder}");

        left.Select(ProcessIdentity.Of).ShouldAllBe(identity => identity == null);
        await next.LogHas("apphost", "was left running by an AppHost that was killed; stopping it");
    }

    [Fact]
    public async Task A_forced_choice_that_is_not_possible_ends_the_start_plainly()
    {
        await using var appHost = Start(new Dictionary<string, string> { ["PATH"] = "/nowhere" }, "--Local:Redis=server");
        await appHost.WaitForExitAsync();

        appHost.ExitCode.ShouldBe(1);
        appHost.Output.ShouldBe("--Local:Redis=server is not possible: neither redis-server nor valkey-server is on the PATH. Install one, or use --Local:Redis=garnet.");
    }

    [Fact]
    public async Task A_project_that_fails_at_every_start_is_said_to()
    {
        await using var appHost = Start("--Local:Redis=server", "--Local:Database=sqlite", "--Failing=true");

        await Eventually.True(() => appHost.Output.Contains("service has failed 3 times in a row; its last lines above say why"));

        appHost.Output.ShouldContain("this service fails on purpose");
        await Stop(appHost);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ServerProcess Start(params string[] args) => Start(new Dictionary<string, string>(), args);

    private ServerProcess Start(Dictionary<string, string> environment, params string[] args) => new(
        "/usr/bin/env",
        // A test run in the background of a shell would hand down that Ctrl-C is ignored.
        ["--default-signal=INT", Programs.Dotnet, AppHostPath, "--REDIS_PORT=7600", $"--Local:DataPath={_folder}", .. args],
        environment: environment);

    private List<int> Children() => [.. File.ReadLines(Path.Combine(_folder, "children")).Select(line => int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture))];

    private static int GuardOf(ServerProcess appHost) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Single(id => id > 0 && ReadOrNothing($"/proc/{id}/cmdline").EndsWith("\0apphost-guard\0", StringComparison.Ordinal) && ReadOrNothing($"/proc/{id}/stat").Contains($") S {appHost.Id} ", StringComparison.Ordinal));

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    private static async Task Stop(ServerProcess appHost)
    {
        appHost.Signal("TERM");
        await appHost.WaitForExitAsync();
    }
}
