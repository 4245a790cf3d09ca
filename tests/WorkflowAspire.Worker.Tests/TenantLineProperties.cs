using CsCheck;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Fairness;

namespace WorkflowAspire.Worker.Tests;

public class TenantLinePropertiesOnRedis(RedisServer redis) : TenantLineProperties(redis);

public class TenantLinePropertiesOnGarnet(GarnetServer garnet) : TenantLineProperties(garnet), IClassFixture<GarnetServer>;

/// <summary>Whatever happens, in whatever order, the scripts say what a model of a few lines says, and no tenant has more than its share.</summary>
public abstract class TenantLineProperties(RedisCompatibleServer server)
{
    private static readonly DateTimeOffset Begin = new(2026, 2, 11, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Reservation = TimeSpan.FromSeconds(30);

    // Long intervals: keys expire by the server's own clock, which must not matter here.
    private static readonly TenantLimit[] Limits = [new(1, 0, 0), new(3, 0, 0), new(null, 60_000, 60_000), new(2, 60_000, 120_000)];

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Frequency((4, Gen.Const(What.Enter)), (3, Gen.Const(What.Park)), (3, Gen.Const(What.Leave)), (1, Gen.Const(What.Remove)), (2, Gen.Const(What.Advance))),
        Gen.Int[0, 7], Gen.Int[0, 90], (what, job, seconds) => new Step(what, job, seconds));

    private readonly IDatabase _database = server.Connection.GetDatabase();

    [Fact]
    public async Task Places_and_line_follow_the_model() => await Gen.Select(Gen.Int[0, Limits.Length - 1], Steps.Array[1, 40]).SampleAsync(
        async (which, life) =>
        {
            var limit = Limits[which];
            var time = new FakeTimeProvider(Begin);
            var queue = $"line-{Guid.NewGuid():N}";
            var (line, tenant) = (new TenantLine(_database, queue, Lease, Reservation, time), Guid.NewGuid());
            var model = new TenantLineModel(limit, (long)Lease.TotalMilliseconds, (long)Reservation.TotalMilliseconds);
            foreach (var step in life)
            {
                await ApplyAsync(step, queue, line, tenant, limit, model, time);
                (await _database.SortedSetRangeByScoreWithScoresAsync(line.Key(tenant))).ToDictionary(place => (string)place.Element!, place => (long)place.Score).ShouldBe(model.Running, ignoreOrder: true);
                (await _database.SortedSetRangeByRankAsync(line.Key(tenant, ":parked"))).Select(id => (string)id!).ShouldBe(model.Line);
                if (limit.MostPlaces is { } most) model.Running.Count.ShouldBeLessThanOrEqualTo(most);
            }
        },
        iter: 150, threads: 1);

    private async Task ApplyAsync(Step step, string queue, TenantLine line, Guid tenant, TenantLimit limit, TenantLineModel model, FakeTimeProvider time)
    {
        var (id, since) = ($"job-{step.Job}", Begin.AddSeconds(step.Job / 2));
        var (delayed, now) = ((RedisKey)$"bull:{queue}:delayed", time.GetUtcNow().ToUnixTimeMilliseconds());
        switch (step.What)
        {
            case What.Enter:
                // A job that is taken is no longer delayed.
                await _database.SortedSetRemoveAsync(delayed, id);
                model.Delayed.Remove(id);
                Describe(await line.EnterAsync(tenant, limit, id, since)).ShouldBe(model.Enter(id, Milliseconds(since), now));
                break;
            case What.Park:
                await _database.SortedSetAddAsync(delayed, id, 1);
                model.Delayed.Add(id);
                Describe(await line.ParkAsync(tenant, limit, id, since)).ShouldBe(model.Park(id, Milliseconds(since), now));
                break;
            case What.Leave:
                Describe(await line.LeaveAsync(tenant, limit, id)).ShouldBe(model.Leave(id, now));
                break;
            case What.Remove:
                await _database.SortedSetRemoveAsync(delayed, id);
                model.Delayed.Remove(id);
                break;
            default:
                time.Advance(TimeSpan.FromSeconds(step.Seconds));
                break;
        }
    }

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    private static string Describe(Admission admission) => admission switch
    {
        Admission.Granted granted => $"granted {Describe(granted.Next)}",
        Admission.Refused refused => $"refused {refused.Wait.TotalMilliseconds} {refused.Ahead} {refused.ForPlace}",
        _ => throw new ArgumentOutOfRangeException(nameof(admission)),
    };

    private static string Describe(Turns turns) => $"{string.Join(',', turns.Woken)} {Describe(turns.Next)}";

    private static string Describe(TimedTurn? turn) => turn is null ? "" : $"{turn.JobId} {turn.Wait.TotalMilliseconds}";

    private enum What
    {
        Enter,
        Park,
        Leave,
        Remove,
        Advance,
    }

    private sealed record Step(What What, int Job, int Seconds);
}
