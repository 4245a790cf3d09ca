using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// Where the job is, asked of Redis.
public sealed partial class Job
{
    /// <summary>Where the job is now.</summary>
    /// <exception cref="StackExchange.Redis.RedisException">Redis can't be reached or refuses.</exception>
    public async Task<JobState> GetStateAsync(CancellationToken ct = default) =>
        JobStateNames.Parse((string?)await _connection.RunAsync(Script.GetState, Id).WaitAsync(ct).ConfigureAwait(false));
}
