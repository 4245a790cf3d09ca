// A worker in a process of its own, for a test to kill. Arguments: port, queue, and "hang" (takes one job and never finishes it) or
// "slow" (finishes each after some milliseconds). Says which jobs it takes. The same as node/victim.mjs.
using StackExchange.Redis;
using WorkflowAspire.BullMQ;

var (port, queue, how) = (args[0], args[1], args[2]);
await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
var options = new WorkerOptions
{
    Concurrency = how == "hang" ? 1 : 10,
    LockDuration = TimeSpan.FromSeconds(3),
    StalledInterval = TimeSpan.FromMilliseconds(300),
    MaxStalledCount = 10,
};
await using var worker = new Worker(queue, async (job, ct) =>
{
    Console.WriteLine($"taken {job.Id}");
    await Task.Delay(how == "hang" ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(20), ct);
    return job.Data;
}, redis, options);
await worker.StartAsync();
await Task.Delay(Timeout.Infinite);
