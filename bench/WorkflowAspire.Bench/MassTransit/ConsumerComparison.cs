using System.Globalization;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>What MassTransit adds to a job: the bare worker and the rider in turn, medians, and the difference between them.</summary>
internal sealed class ConsumerComparison(PrivateRedis redis, int jobs, int rounds)
{
    public async Task RunAsync()
    {
        IConsumerSubject[] subjects = [new BareSubject(redis.Connection), new RiderSubject(redis.Connection)];
        var measured = subjects.ToDictionary(subject => subject, _ => new List<ConsumerFigures>());
        var peer = new List<ConsumerFigures>();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var subject in round % 2 == 0 ? subjects : [.. subjects.Reverse()])
            {
                var found = await new ConsumerRound(redis, jobs).RunAsync(subject);
                if (round > 0) measured[subject].Add(found);
            }

            var sent = await InMemoryPeer.RunAsync(jobs);
            if (round > 0) peer.Add(sent);
            Console.Error.WriteLine(round == 0 ? "warmed up" : $"round {round} of {rounds}");
        }

        Print(measured[subjects[0]], measured[subjects[1]], peer);
    }

    private static void Print(IReadOnlyList<ConsumerFigures> bare, IReadOnlyList<ConsumerFigures> rider, IReadOnlyList<ConsumerFigures> peer)
    {
        Console.WriteLine($"| {"no-op, concurrency 100",-30} | {"bare worker",12} | {"MassTransit",12} | {"added",12} | {"ratio",6} | {"in-memory, send + consume",25} |");
        Console.WriteLine($"|{new string('-', 32)}|{new string('-', 13)}:|{new string('-', 13)}:|{new string('-', 13)}:|{new string('-', 7)}:|{new string('-', 26)}:|");
        Row("process CPU, µs a job", figures => figures.CpuMicroseconds, "N1");
        Row("wall, µs a job", figures => figures.WallMicroseconds, "N1");
        Row("allocated, bytes a job", figures => figures.Bytes, "N0");

        void Row(string name, Func<ConsumerFigures, double> figure, string format)
        {
            // A round of both sees the same machine: their difference is steadier than each.
            var added = Table.Median(bare.Zip(rider, (one, other) => figure(other) - figure(one)));
            double without = Table.Median(bare.Select(figure)), with = Table.Median(rider.Select(figure));
            Console.WriteLine($"| {name,-30} | {Text(without),12} | {Text(with),12} | {Text(added),12} | {(with / without).ToString("N2", CultureInfo.InvariantCulture),6} | {Text(Table.Median(peer.Select(figure))),25} |");

            string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        }
    }
}
