using System.Globalization;
using WorkflowAspire.Bench;

const string Usage = """
    Compares this library with the npm package on one private redis-server, round by round in turn; prints medians.

      --jobs N     jobs in each round (default 20000)
      --rounds N   rounds that count, after one to warm up (default 5)
    """;

int jobs = 20_000, rounds = 5;
for (var i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1 || args[i] is not ("--jobs" or "--rounds"))
    {
        Console.WriteLine(Usage);
        return args[i] == "--help" ? 0 : 2;
    }

    if (args[i] == "--jobs") jobs = value;
    else rounds = value;
}

await using var redis = await PrivateRedis.StartAsync();
await using var ours = new DotNetSubject(redis.Connection);
await using var theirs = new NodeSubject(redis.Port);
ISubject[] subjects = [ours, theirs];
var measured = subjects.ToDictionary(subject => subject, _ => new List<Round>());
for (var round = 0; round <= rounds; round++)
{
    foreach (var subject in subjects)
    {
        var result = await Round.RunAsync(subject, redis, jobs);
        // The first round warms both up.
        if (round > 0) measured[subject].Add(result);
    }

    Console.Error.WriteLine(round == 0 ? "warmed up" : $"round {round} of {rounds}");
}

Table.Print(ours.Name, measured[ours], theirs.Name, measured[theirs]);
return 0;
