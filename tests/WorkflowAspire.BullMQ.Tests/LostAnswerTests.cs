using System.Reflection;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Redis did what it was asked, but its answer never arrived.</summary>
public class LostAnswerTests(RedisServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task Jobs_that_such_a_call_took_are_this_workers_and_need_not_stall()
    {
        var added = await Add();
        var database = LosesAnswers.On(Redis.Connection.GetDatabase(), calls: 1);
        var exchange = On(database);
        await Should.ThrowAsync<TimeoutException>(() => exchange.RunAsync([], 1));
        exchange.IsAnswerMissing.ShouldBeTrue();

        var taken = (await exchange.ReclaimAsync()).ShouldHaveSingleItem();
        await exchange.RunAsync([new FinishedJob(taken, Json("1"))], 0);

        exchange.IsAnswerMissing.ShouldBeFalse();
        taken.Job.Id.ShouldBe(added.Id);
        (await Reaches(added, JobState.Completed)).AttemptsStarted.ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_that_such_a_call_completed_are_not_told_as_refused_when_they_are_handed_in_again()
    {
        var added = await Add();
        var database = Redis.Connection.GetDatabase();
        var taken = (await On(database).RunAsync([], 1)).Taken;
        var exchange = On(LosesAnswers.On(database, calls: 1));
        await Should.ThrowAsync<TimeoutException>(() => exchange.RunAsync([new FinishedJob(taken[0], Json("1"))], 0));

        await exchange.RunAsync([new FinishedJob(taken[0], Json("1"))], 0, repeated: true);

        (await Queue.GetJobStateAsync(added.Id)).ShouldBe(JobState.Completed);
        Log.Collector.Count.ShouldBe(0);
    }

    private Exchange On(IDatabase database) =>
        Exchange.Alone(new QueueConnection(new QueueKeys("bull", Queue.Name), database, TimeProvider.System), new WorkerOptions(), Log);

    /// <summary>A database whose first scripts run and then time out.</summary>
    public class LosesAnswers : DispatchProxy
    {
        private IDatabase _database = null!;
        private int _left;

        public static IDatabase On(IDatabase database, int calls)
        {
            var proxy = Create<IDatabase, LosesAnswers>();
            ((LosesAnswers)proxy)._database = database;
            ((LosesAnswers)proxy)._left = calls;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.Invoke(_database, args);
            return result is Task<RedisResult> script && _left-- > 0 ? LoseAsync(script) : result;
        }

        private static async Task<RedisResult> LoseAsync(Task<RedisResult> script)
        {
            await script;
            throw new TimeoutException("The answer is lost.");
        }
    }
}
