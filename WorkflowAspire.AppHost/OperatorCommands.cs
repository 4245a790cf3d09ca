using System.Net.Http.Json;
using System.Text.Json;

/// <summary>What an operator can do on the API's resource: on Aspire's dashboard, with <c>aspire resource api pause</c>, or from a test.</summary>
internal static class OperatorCommands
{
    private const string Queue = "/api/queues/workflow-execution";
    private static readonly TimeSpan SampleLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    public static IResourceBuilder<ProjectResource> WithOperatorCommands(this IResourceBuilder<ProjectResource> api) => api
        .WithHttpCommand("/api/workflows/document-digest/runs", "Submit a sample run", commandName: "submit-sample-run", commandOptions: new()
        {
            Description = "Runs the workflow document-digest on a short text and shows what became of it.",
            IconName = "DocumentBulletList",
            IsHighlighted = true,
            PrepareRequest = context =>
            {
                context.Request.Content = JsonContent.Create(new
                {
                    tenantId = "3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10",
                    input = new { text = "# Hello\n\nA first document. Its steps are kept as they finish." },
                });
                return Task.CompletedTask;
            },
            GetCommandResult = ShowEndOfRunAsync,
        })
        .WithHttpCommand($"{Queue}/pause", "Pause", commandName: "pause", commandOptions: new()
        {
            Description = "Workers take no more runs; those that run are finished.",
            IconName = "Pause",
            ResultMode = HttpCommandResultMode.Auto,
        })
        .WithHttpCommand($"{Queue}/resume", "Resume", commandName: "resume", commandOptions: new()
        {
            Description = "Workers take runs again.",
            IconName = "Play",
            ResultMode = HttpCommandResultMode.Auto,
        })
        .WithHttpCommand("/api/dlq/replay", "Replay the dead letter queue", commandName: "replay-dlq", commandOptions: new()
        {
            Description = "Every run of the dead letter queue gets all its attempts again and goes on after its last finished step.",
            ConfirmationMessage = "Replay every run of the dead letter queue? What made them fail should be mended first.",
            IconName = "ArrowReplay",
            ResultMode = HttpCommandResultMode.Auto,
        });

    private static async Task<ExecuteCommandResult> ShowEndOfRunAsync(HttpCommandResultContext context)
    {
        var ct = context.CancellationToken;
        var answer = await context.Response.Content.ReadAsStringAsync(ct);
        if (!context.Response.IsSuccessStatusCode) return CommandResults.Failure($"The API answered {(int)context.Response.StatusCode}.", answer, CommandResultFormat.Json);
        var run = new Uri(new Uri(context.Endpoint.Url), $"/api/runs/{JsonElement.Parse(answer).GetProperty("id").GetGuid()}");
        for (var asked = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(asked) < SampleLimit; await Task.Delay(SampleInterval, ct))
        {
            answer = await context.HttpClient.GetStringAsync(run, ct);
            switch (JsonElement.Parse(answer).GetProperty("status").GetString())
            {
                case "completed":
                    return CommandResults.Success("The run is completed.", answer, CommandResultFormat.Json);
                case "failed":
                    return CommandResults.Failure("The run has failed.", answer, CommandResultFormat.Json);
            }
        }

        return CommandResults.Failure("The run has not ended after 30 seconds. Is the queue paused, or no worker healthy?", answer, CommandResultFormat.Json);
    }
}
