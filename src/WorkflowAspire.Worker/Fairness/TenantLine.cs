using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>The places and the line of each tenant in Redis, beside the queue's own keys: <c>{prefix}:{queue}:tenants:{id}</c>.</summary>
internal sealed class TenantLine(IDatabase database, string queueName, TimeSpan lease, TimeSpan reservation, TimeProvider time)
{
    private static readonly string Shared = Read("Line");
    private static readonly string Enter = Shared + Read("Enter");
    private static readonly string Park = Shared + Read("Park");
    private static readonly string Leave = Shared + Read("Leave");
    private static readonly string Renew = Read("Renew");

    private readonly string _queue = $"{new QueueOptions().Prefix}:{queueName}:";

    /// <summary>Asks for a place for a job that was taken.</summary>
    public async Task<Admission> EnterAsync(Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since)
    {
        var answer = (RedisResult[])(await RunAsync(Enter, tenant, limit, jobId, since).ConfigureAwait(false))!;
        return (int)answer[0] == 1
            ? new Admission.Granted(answer.Length > 1 ? Timed(answer[1], answer[2]) : null)
            : new Admission.Refused(TimeSpan.FromMilliseconds((long)answer[1]), (int)answer[2], (int)answer[3] == 1);
    }

    /// <summary>Puts a job that has been delayed in line.</summary>
    public async Task<Turns> ParkAsync(Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since) =>
        ReadTurns(await RunAsync(Park, tenant, limit, jobId, since).ConfigureAwait(false));

    /// <summary>Gives back a place.</summary>
    public async Task<Turns> LeaveAsync(Guid tenant, TenantLimit limit, string jobId) =>
        ReadTurns(await RunAsync(Leave, tenant, limit, jobId, since: default).ConfigureAwait(false));

    /// <summary>Keeps the places of one tenant's jobs for another lease.</summary>
    public Task RenewAsync(Guid tenant, IEnumerable<string> jobIds) =>
        database.ScriptEvaluateAsync(Renew, [Key(tenant)], [Now(), (long)lease.TotalMilliseconds, .. jobIds.Select(id => (RedisValue)id)]);

    public RedisKey Key(Guid tenant, string part = "") => $"{_queue}tenants:{tenant:D}{part}";

    private Task<RedisResult> RunAsync(string script, Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since) => database.ScriptEvaluateAsync(
        script,
        [Key(tenant), Key(tenant, ":parked"), Key(tenant, ":rate"), $"{_queue}delayed"],
        [
            Now(), limit.MostPlaces ?? (RedisValue)"", Text(limit.IntervalMs), Text(limit.EarlyMs),
            (long)lease.TotalMilliseconds, (long)reservation.TotalMilliseconds, jobId, since.ToUnixTimeMilliseconds(),
        ]);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static Turns ReadTurns(RedisResult result)
    {
        var answer = (RedisResult[])result!;
        return new Turns((string[])answer[0]!, answer.Length > 1 ? Timed(answer[1], answer[2]) : null);
    }

    private static TimedTurn Timed(RedisResult jobId, RedisResult wait) => new((string)jobId!, TimeSpan.FromMilliseconds((long)wait));

    private static string Read(string script)
    {
        using var stream = typeof(TenantLine).Assembly.GetManifestResourceStream($"{typeof(TenantLine).Namespace}.Scripts.{script}.lua")
            ?? throw new InvalidOperationException($"The script {script}.lua is not embedded in this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>What became of a job that asked for a place.</summary>
internal abstract record Admission
{
    /// <summary>It has one.</summary>
    /// <param name="Next">The next in line, where it waits for nothing but the rate.</param>
    public sealed record Granted(TimedTurn? Next) : Admission;

    /// <summary>It has none.</summary>
    /// <param name="Wait">When the rate lets it start, counted from now.</param>
    /// <param name="Ahead">How many are in line before it.</param>
    /// <param name="ForPlace">Whether it waits for a place as well.</param>
    public sealed record Refused(TimeSpan Wait, int Ahead, bool ForPlace) : Admission;
}

/// <summary>Whose turn it is.</summary>
/// <param name="Woken">Jobs that have a place reserved and are to be woken.</param>
/// <param name="Next">The next in line, where it waits for nothing but the rate.</param>
internal sealed record Turns(string[] Woken, TimedTurn? Next);

/// <summary>A parked job and when it may start, counted from now.</summary>
internal sealed record TimedTurn(string JobId, TimeSpan Wait);
