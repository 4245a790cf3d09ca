using StackExchange.Redis;

namespace WorkflowAspire.Chaos.Worker;

/// <summary>Where steps leave their effects, on a server that nobody harms: for each step the attempts that had its effect, in order.</summary>
public sealed class Ledger(IConnectionMultiplexer redis)
{
    public Task WriteAsync(Guid run, string step, int attempt) => redis.GetDatabase().ListRightPushAsync(Key(run, step), attempt);

    public async Task<IReadOnlyList<int>> ReadAsync(Guid run, string step) =>
        [.. (await redis.GetDatabase().ListRangeAsync(Key(run, step))).Select(attempt => (int)attempt)];

    /// <summary>Says that a step waits, so that a test knows it, and waits until the test lets it go on.</summary>
    public async Task WaitAsync(Guid run, int attempt, CancellationToken ct)
    {
        await redis.GetDatabase().SetAddAsync($"waiting:{run}", attempt);
        while (!await redis.GetDatabase().KeyExistsAsync($"go:{run}:{attempt}")) await Task.Delay(20, ct);
    }

    public Task<bool> WaitsAsync(Guid run, int attempt) => redis.GetDatabase().SetContainsAsync($"waiting:{run}", attempt);

    public Task LetGoAsync(Guid run, int attempt) => redis.GetDatabase().StringSetAsync($"go:{run}:{attempt}", 1);

    private static RedisKey Key(Guid run, string step) => $"effects:{run}:{step}";
}
