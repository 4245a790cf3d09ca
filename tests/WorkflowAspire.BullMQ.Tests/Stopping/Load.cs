using System.Collections.Concurrent;
using System.Globalization;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Stopping;

/// <summary>Jobs 1 to n: each twentieth runs until it is interrupted, the others for a few milliseconds.</summary>
internal sealed class Load(int jobs)
{
    private const int LongEach = 20;
    private const int UnderWay = 500;

    private readonly ConcurrentDictionary<string, int> _finished = new();
    private readonly ConcurrentDictionary<string, bool> _interrupted = new();
    private volatile bool _allAreShort;

    /// <summary>The ids of the jobs whose token was cancelled.</summary>
    public IReadOnlyCollection<string> Interrupted => [.. _interrupted.Keys];

    /// <summary>The ids of the jobs that have not finished, in the order in which they were added.</summary>
    public IEnumerable<string> Unfinished => Enumerable.Range(1, jobs).Select(number => number.ToString(CultureInfo.InvariantCulture)).Where(id => !_finished.ContainsKey(id));

    public IEnumerable<string> FinishedTwice => _finished.Where(job => job.Value > 1).Select(job => job.Key);

    public async Task ProcessAsync(string jobId, CancellationToken ct)
    {
        var number = int.Parse(jobId, CultureInfo.InvariantCulture);
        if (number % LongEach == 0 && !_allAreShort) await UntilInterrupted(jobId, ct);
        await Task.Delay(number % 4, CancellationToken.None);
        _finished.AddOrUpdate(jobId, 1, (_, times) => times + 1);
    }

    /// <summary>From now on no job waits to be interrupted.</summary>
    public void AllAreShort() => _allAreShort = true;

    public Task IsUnderWay() => Eventually.True(() => _finished.Count >= UnderWay);

    private async Task UntilInterrupted(string jobId, CancellationToken ct)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            _interrupted[jobId] = true;
            throw;
        }
    }
}
