using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Adding;

/// <summary>
/// Adds jobs, as many in one script call as there are: while calls are under way adds pile up, and the next call takes them all. A
/// job that finds no call under way is sent at once.
/// </summary>
internal sealed class AddPipeline(QueueConnection connection, int? maxLenEvents = null)
{
    // Two, so that the server has one to work on while the answer to the other travels.
    private const int MostCallsAtOnce = 2;

    // A call blocks the server for as long as it runs: about 10 µs a job.
    private const int JobsPerCall = 200;
    private const int BytesPerCall = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _sending = new();
    private readonly Queue<PendingAdd> _waiting = new();
    private int _calls;
    private bool _hasSettled = maxLenEvents is null;

    // A server that doesn't know the script yet makes a call begin again, and a second one would overtake it.
    private int _callsAtOnce = 1;

    public Task<Job> AddAsync(PendingAdd add)
    {
        lock (_gate)
        {
            _waiting.Enqueue(add);
            if (_calls >= _callsAtOnce) return add.Added;
            _calls++;
        }

        _ = SendWaitingAsync();
        return add.Added;
    }

    /// <summary>Adds these jobs in a call of their own: workers see all of them or none.</summary>
    /// <returns>Null, or why the call failed.</returns>
    public async Task<Exception?> SendAsync(IReadOnlyList<PendingAdd> adds)
    {
        var (script, perJob) = adds.Any(add => add.IsRelated) ? (Script.AddRelated, PendingAdd.PlainArguments + 1) : (Script.Add, PendingAdd.PlainArguments);
        var arguments = new RedisValue[perJob * adds.Count];
        for (var i = 0; i < adds.Count; i++) adds[i].WriteTo(arguments.AsSpan(perJob * i, perJob));
        try
        {
            // On the same connection, so it comes first.
            var settling = _hasSettled ? null : connection.Database.HashSetAsync(connection.Keys.Meta, "opts.maxLenEvents", maxLenEvents);
            var results = (RedisResult[])(await connection.RunAsync(script, arguments).ConfigureAwait(false))!;
            if (settling is not null) await settling.ConfigureAwait(false);
            _hasSettled = true;
            _callsAtOnce = MostCallsAtOnce;
            for (var i = 0; i < adds.Count; i++) adds[i].Settle(connection, results[i]);
            return null;
        }
        catch (Exception error)
        {
            // Each caller has its own answer to wait for, and learns it from there.
            foreach (var add in adds) add.Fail(error);
            return error;
        }
    }

    private async Task SendWaitingAsync()
    {
        var batch = new List<PendingAdd>();
        while (true)
        {
            Task<Exception?> call;
            long asked;
            // What is taken first is sent first, whichever call it goes with.
            lock (_sending)
            {
                if (!TakeWaiting(batch)) return;
                asked = connection.Time.GetTimestamp();
                call = SendAsync(batch);
            }

            var failure = await call.ConfigureAwait(false);
            batch.Clear();
            if (failure is not null && connection.Time.GetElapsedTime(asked) >= TimeSpan.FromMilliseconds(connection.Redis.TimeoutMilliseconds / 2)) FailWaiting(failure);
        }
    }

    // No answer for so long is an outage: those behind would each wait as long as this call has, one call after the other.
    private void FailWaiting(Exception failure)
    {
        PendingAdd[] waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var add in waiting) add.Fail(failure);
    }

    private bool TakeWaiting(List<PendingAdd> batch)
    {
        lock (_gate)
        {
            for (var bytes = 0; batch.Count < JobsPerCall && bytes < BytesPerCall && _waiting.TryDequeue(out var add); bytes += add.Bytes) batch.Add(add);
            if (batch.Count == 0) _calls--;
            return batch.Count > 0;
        }
    }
}
