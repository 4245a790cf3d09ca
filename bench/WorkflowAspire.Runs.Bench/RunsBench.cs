using System.Globalization;
using WorkflowAspire.Bench;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Runs.Bench;

internal static class RunsBench
{
    private const int Concurrency = 100;
    private const int Finished = 100_000;

    private const string Usage = """
        Executes runs from submission to completion, with writes that share round trips and with writes one by one, in turn, each with a
        database of its own in one private PostgreSQL and a private redis-server of its own; prints medians. First on empty tables, then on
        100,000 finished runs.

          --runs N     runs in each round, for each number of steps (default 5000)
          --rounds N   rounds that count, after one to warm up (default 5)
          --peers      nothing of that: other engines and this one in turn, on the same PostgreSQL
          --ours       the same without the others
          --size N     nothing of that: lists and sweeps on a table of N runs, on PostgreSQL and on SQLite
          --relay N    nothing of that: puts N runs into the database that were never enqueued, and tells how fast the relay enqueues them
        """;

    private static async Task<int> Main(string[] args)
    {
        int runs = 5000, rounds = 5, relay = 0, size = 0;
        var (peers, ours) = (args.Contains("--peers"), args.Contains("--ours"));
        string[] numbers = [.. args.Where(arg => arg is not ("--peers" or "--ours"))];
        for (var i = 0; i < numbers.Length; i += 2)
        {
            if (i + 1 == numbers.Length || !int.TryParse(numbers[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1
                || numbers[i] is not ("--runs" or "--rounds" or "--relay" or "--size"))
            {
                Console.WriteLine(Usage);
                return args[0] == "--help" ? 0 : 2;
            }

            switch (numbers[i])
            {
                case "--runs":
                    runs = value;
                    break;
                case "--rounds":
                    rounds = value;
                    break;
                case "--size":
                    size = value;
                    break;
                default:
                    relay = value;
                    break;
            }
        }

        await using var postgres = new PostgresServer { IsDurable = true };
        await postgres.InitializeAsync();
        if (size > 0)
        {
            await new SizeBench(size).RunAsync(postgres);
            return 0;
        }

        if (peers || ours)
        {
            await new PeersBench(postgres, runs, rounds, Concurrency).RunAsync(withOthers: peers);
            return 0;
        }

        await using var shared = await RunSystem.StartAsync(postgres, groupCommit: true, Concurrency);
        if (relay > 0)
        {
            var rate = await shared.RelayAsync(relay);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The relay enqueued {relay} runs, {rate:0} a second."));
            return 0;
        }

        await using var oneByOne = await RunSystem.StartAsync(postgres, groupCommit: false, Concurrency);
        await CompareAsync("empty tables", shared, oneByOne, runs, rounds);
        foreach (var system in new[] { shared, oneByOne }) await system.FillAsync(Finished);
        await CompareAsync($"{Finished} finished runs", shared, oneByOne, runs, rounds);
        return 0;
    }

    private static async Task CompareAsync(string title, RunSystem shared, RunSystem oneByOne, int runs, int rounds)
    {
        RunSystem[] systems = [shared, oneByOne];
        var measured = systems.ToDictionary(system => system, _ => new List<Measure[]>());
        for (var round = 0; round <= rounds; round++)
        {
            // Whoever comes second finds a warmer machine: they take turns.
            foreach (var system in round % 2 == 0 ? systems : [.. systems.Reverse()])
            {
                var result = await new RunRound(system, runs, Concurrency).RunAsync();
                // The first round warms both up.
                if (round > 0) measured[system].Add(result);
            }

            Console.Error.WriteLine(round == 0 ? $"{title}: warmed up" : $"{title}: round {round} of {rounds}");
        }

        Console.WriteLine();
        Console.WriteLine($"On {title}, {Concurrency} runs at a time:");
        Console.WriteLine();
        Table.Print("shared", measured[shared], "one by one", measured[oneByOne]);
    }
}
