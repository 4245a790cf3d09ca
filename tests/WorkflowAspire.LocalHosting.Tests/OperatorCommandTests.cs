using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>The commands that AppHost.cs gives the API, executed as Aspire's dashboard does.</summary>
public class OperatorCommandTests(OperatorCommandTests.RunningSystem system) : IClassFixture<OperatorCommandTests.RunningSystem>
{
    [Fact]
    public async Task Pause_and_resume_do_so_to_the_queue()
    {
        (await system.ExecuteAsync("pause")).Success.ShouldBeTrue();
        (await system.IsPausedAsync()).ShouldBeTrue();

        (await system.ExecuteAsync("resume")).Success.ShouldBeTrue();
        (await system.IsPausedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Replaying_the_dead_letter_queue_shows_what_became_of_it()
    {
        await system.Redis.GetDatabase().HashSetAsync("bull:workflow-execution-dlq:foreign", [new("name", "other"), new("data", "{}"), new("opts", "{}"), new("timestamp", 1)]);
        await system.Redis.GetDatabase().ListLeftPushAsync("bull:workflow-execution-dlq:wait", "foreign");

        var result = await system.ExecuteAsync("replay-dlq");

        result.Success.ShouldBeTrue();
        result.Data!.Format.ShouldBe(CommandResultFormat.Json);
        using var answer = JsonDocument.Parse(result.Data.Value);
        answer.RootElement.GetProperty("refused").GetInt32().ShouldBe(1);
        answer.RootElement.GetProperty("reasons")[0].GetProperty("reason").GetString()!.ShouldContain("names no run");
    }

    [Fact]
    public async Task An_unknown_command_is_refused_with_the_names_of_those_that_there_are()
    {
        var result = await system.ExecuteAsync("explode");

        result.Success.ShouldBeFalse();
        result.Message.ShouldBe("'api' knows no command 'explode'; it knows pause, resume, replay-dlq, start, stop, restart.");
    }

    public sealed class RunningSystem : IAsyncLifetime
    {
        private IDistributedApplicationTestingBuilder? _builder;
        private DistributedApplication? _application;

        public IConnectionMultiplexer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>(["--Local:Redis=server", "--Local:Database=sqlite"]);
            _application = await _builder.BuildAsync();
            await _application.StartAsync();
            await _application.ResourceNotifications.WaitForResourceHealthyAsync("api").WaitAsync(TimeSpan.FromSeconds(60));
            Redis = await ConnectionMultiplexer.ConnectAsync((await _application.GetConnectionStringAsync("redis"))!);
        }

        public Task<ExecuteCommandResult> ExecuteAsync(string command) => _application!.ResourceCommands.ExecuteCommandAsync("api", command);

        public Task<bool> IsPausedAsync() => Redis.GetDatabase().HashExistsAsync("bull:workflow-execution:meta", "paused");

        public async ValueTask DisposeAsync()
        {
            if (Redis is not null) await Redis.DisposeAsync();
            if (_application is not null) await _application.DisposeAsync();
            if (_builder is not null) await _builder.DisposeAsync();
        }
    }
}
