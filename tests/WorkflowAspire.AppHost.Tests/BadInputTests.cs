using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>What can't be started says so in a sentence.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("apphost-bad-input-").FullName;

    [Theory]
    [InlineData("REDIS_PORT", "redis", "REDIS_PORT is 'redis'; it has to be a whole number from 1 to 65535.")]
    [InlineData("ADMIN_API_PORT", "70000", "ADMIN_API_PORT is '70000'; it has to be a whole number from 1 to 65535.")]
    [InlineData("WORKER_REPLICAS", "0", "WORKER_REPLICAS is '0'; it has to be a whole number from 1 to 64.")]
    [InlineData("WORKER_CONCURRENCY", "-1", "WORKER_CONCURRENCY is '-1'; it has to be a whole number from 1 to 10000.")]
    [InlineData("Worker:StopTimeout", "8 s", "Worker:StopTimeout is '8 s'; it has to be a time such as 00:00:08.")]
    public async Task A_setting_that_can_not_be_used_is_named(string name, string value, string message)
    {
        var error = await Should.ThrowAsync<DistributedApplicationException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>([$"--{name}={value}"]));

        error.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("--Local:Redis=dragonfly", "--Local:Redis=dragonfly is not possible; valid values are auto, container, server, garnet.")]
    [InlineData("--REDIS_HOST=redis://127.0.0.1", "REDIS_HOST is 'redis://127.0.0.1'; set it to a host name or IP address without port or scheme, for example localhost, or leave it out.")]
    public async Task The_process_ends_with_that_sentence_and_no_stack_trace(string option, string message)
    {
        await using var appHost = new AppHostProcess(_folder, [option]);

        await appHost.EndsAsync();

        (appHost.ExitCode, appHost.Output).ShouldBe((1, message));
    }

    [Fact]
    public async Task A_program_that_is_forced_and_missing_is_named()
    {
        await using var appHost = new AppHostProcess(_folder, ["--Local:Redis=server"], ("PATH", DotnetFolder));

        await appHost.EndsAsync();

        (appHost.ExitCode, appHost.Output).ShouldBe((1, "--Local:Redis=server is not possible: neither redis-server nor valkey-server is on the PATH. Install one, or use --Local:Redis=garnet."));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string DotnetFolder => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
