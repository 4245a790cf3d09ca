using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Redis;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>The places and the line of each tenant in Redis, beside the queue's own keys: <c>{prefix}:{queue}:tenants:{id}</c>.</summary>
internal sealed class TenantLine(IDatabase database, string queueName, TimeSpan lease, TimeSpan reservation, TimeProvider time)
{
    private static readonly RedisScript Enter = RedisScript.Of(typeof(TenantLine), "Line", "Enter");
    private static readonly RedisScript Park = RedisScript.Of(typeof(TenantLine), "Line", "Park");
    private static readonly RedisScript Leave = RedisScript.Of(typeof(TenantLine), "Line", "Leave");
    private static readonly RedisScript Renew = RedisScript.Of(typeof(TenantLine), "Renew");

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
        Renew.RunAsync(database, [Key(tenant)], [Now(), (long)lease.TotalMilliseconds, .. jobIds.Select(id => (RedisValue)id)]);

    public RedisKey Key(Guid tenant, string part = "") => $"{_queue}tenants:{tenant:D}{part}";

    private Task<RedisResult> RunAsync(RedisScript script, Guid tenant, TenantLimit limit, string jobId, DateTimeOffset since) => script.RunAsync(
        database,
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
}
