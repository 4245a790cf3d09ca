using System.Globalization;
using WorkflowAspire.Bench;
using WorkflowAspire.Bench.MassTransit;
using WorkflowAspire.BullMQ;

const string Usage = """
    Compares this library with the npm package on one private redis-server, round by round in turn; prints medians.

      --jobs N     jobs in each round (default 50000)
      --rounds N   rounds that count, after one to warm up (default 5)
      --only PART  only add, process, idle or pick-up; or masstransit: the bare worker against MassTransit's rider, without Node
      --flat N     instead: the rate and the memory of this library's worker while it empties a queue of N jobs, against a queue of 10,000 in turn,
                   one on the same server and one on a server that has nothing else
      --keep N     with --flat: how many completed jobs are kept (default all)
    """;

int jobs = 50_000, rounds = 5, flat = 0, keep = -1;
string? part = null;
for (var i = 0; i < args.Length; i += 2)
{
    if (args[i] == "--only" && i + 1 < args.Length && args[i + 1] is ("add" or "process" or "idle" or "pick-up" or "masstransit"))
    {
        part = args[i + 1];
        continue;
    }

    if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1
        || args[i] is not ("--jobs" or "--rounds" or "--flat" or "--keep"))
    {
        Console.WriteLine(Usage);
        return args[i] == "--help" ? 0 : 2;
    }

    if (args[i] == "--jobs") jobs = value;
    else if (args[i] == "--rounds") rounds = value;
    else if (args[i] == "--flat") flat = value;
    else keep = value;
}

await using var redis = await PrivateRedis.StartAsync();
await using var ours = new DotNetSubject(redis.Connection);
if (flat > 0)
{
    await using var aloneRedis = await PrivateRedis.StartAsync();
    await using var aloneSubject = new DotNetSubject(aloneRedis.Connection);
    await new Flatness(ours, redis, aloneSubject, aloneRedis, keep < 0 ? null : KeepJobs.Count(keep)).RunAsync(flat);
    return 0;
}

if (part == "masstransit")
{
    await new ConsumerComparison(redis, jobs, rounds).RunAsync();
    return 0;
}

await using var theirs = new NodeSubject(redis.Port);
ISubject[] subjects = [ours, theirs];
var measured = subjects.ToDictionary(subject => subject, _ => new List<Measure[]>());
for (var round = 0; round <= rounds; round++)
{
    // Whoever comes second finds a warmer machine: they take turns.
    foreach (var subject in round % 2 == 0 ? subjects : [.. subjects.Reverse()])
    {
        var result = await new Round(subject, redis, jobs, part).RunAsync();
        // The first round warms both up.
        if (round > 0) measured[subject].Add(result);
    }

    Console.Error.WriteLine(round == 0 ? "warmed up" : $"round {round} of {rounds}");
}

Table.Print(ours.Name, measured[ours], theirs.Name, measured[theirs]);
return 0;
