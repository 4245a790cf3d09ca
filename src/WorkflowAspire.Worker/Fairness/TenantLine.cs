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
        var answer = (RedisResult[])(await RunAsync(Enter, tenant, limit, jobId, since))!;
        return (int)answer[0] == 1
            ? new Admission.Granted(answer.Length > 1 ? Timed(answer[1], answer[2]) : null)
            : new Admission.Refused(TimeSpan.FromMilliseconds((long)answer[1]), (int)answer[2], (int)answer[3] == 1);
    }

    /// <summary>Puts a job that has been delayed in line.</summary>
    public async Task<Turns> ParkAsync(Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since) =>
        ReadTurns(await RunAsync(Park, tenant, limit, jobId, since));

    /// <summary>Gives back a place.</summary>
    public async Task<Turns> LeaveAsync(Guid tenant, TenantLimit limit, string jobId) =>
        ReadTurns(await RunAsync(Leave, tenant, limit, jobId, since: default));

    /// <summary>Keeps the places of one tenant's jobs for another lease.</summary>
    public Task RenewAsync(Guid tenant, IEnumerable<string> jobIds) =>
        EvaluateAsync(Renew, [Key(tenant)], [Now(), (long)lease.TotalMilliseconds, .. jobIds.Select(id => (RedisValue)id)]);

    public RedisKey Key(Guid tenant, string part = "") => $"{_queue}tenants:{tenant:D}{part}";

    private Task<RedisResult> RunAsync(string script, Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since) => EvaluateAsync(
        script,
        [Key(tenant), Key(tenant, ":parked"), Key(tenant, ":rate"), $"{_queue}delayed"],
        [
            Now(), limit.MostPlaces ?? (RedisValue)"", Text(limit.IntervalMs), Text(limit.EarlyMs),
            (long)lease.TotalMilliseconds, (long)reservation.TotalMilliseconds, jobId, since.ToUnixTimeMilliseconds(),
        ]);

    private async Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, arguments);
        }
        catch (RedisServerException gone) when (gone.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // After a flush or a failover the client learns that the script is gone, and loads it again.
            return await database.ScriptEvaluateAsync(script, keys, arguments);
        }
    }

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
