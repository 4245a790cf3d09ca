using System.Text.Json.Serialization;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Readme;

/// <summary>The code of the package's README, in its order. eng/pack runs it against the packed library, the tests against the built one.</summary>
public static class ReadmeProgram
{
    public static async Task RunAsync(string connectionString)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connectionString); // for example localhost:6379
        var queue = new Queue("mail", redis);

        var job = await queue.AddAsync("welcome", new Mail("first@example.org"), MailJson.Default.Mail, new JobOptions
        {
            Attempts = 3,
            Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)),
            RemoveOnComplete = KeepJobs.Count(1000),
        });
        Console.WriteLine($"added {job.Id}");

        await queue.AddBulkAsync([
            new NewJob("newsletter", """{"To":"second@example.org"}"""u8.ToArray(), new JobOptions { Priority = 10 }),
            new NewJob("reminder", """{"To":"third@example.org"}"""u8.ToArray(), new JobOptions { Delay = TimeSpan.FromMilliseconds(200) }),
        ]);

        await using var worker = new Worker("mail", async (current, cancellationToken) =>
        {
            var mail = current.GetData(MailJson.Default.Mail)!;
            await SendAsync(mail, cancellationToken);
            return "\"sent\""u8.ToArray();
        }, redis, new WorkerOptions { Concurrency = 50, Name = "mailer" });
        await worker.StartAsync();

        await AllSent.Task;

        await worker.CloseAsync(timeout: TimeSpan.FromSeconds(20));

        var counts = await queue.GetJobCountsAsync();
        Console.WriteLine($"{counts[JobState.Completed]} done, {counts[JobState.Failed]} failed");
        foreach (var failed in await queue.GetJobsAsync([JobState.Failed])) Console.WriteLine($"{failed.Id}: {failed.FailedReason}");

        if (counts[JobState.Completed] != 3) throw new InvalidOperationException($"3 jobs were to be completed; {counts[JobState.Completed]} are.");
    }

    private static readonly TaskCompletionSource AllSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static int _sent;

    private static Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Console.WriteLine($"to {mail.To}");
        if (Interlocked.Increment(ref _sent) == 3) AllSent.TrySetResult();
        return Task.CompletedTask;
    }
}

public sealed record Mail(string To);

[JsonSerializable(typeof(Mail))]
public sealed partial class MailJson : JsonSerializerContext;
