using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using WorkflowAspire.Bench;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Runs.Bench;

/// <summary>Other engines and this one in turn, each with a database of its own in one durable PostgreSQL; ours on SQLite too.</summary>
internal sealed class PeersBench(PostgresServer postgres, int runs, int rounds, int concurrency)
{
    // A slow engine's round would take minutes; each has the same time, roughly.
    private static readonly Dictionary<string, double> Share = new() { [Ours] = 1, [OursOnSqlite] = 0.5, [Dbos] = 0.12, [OpenWorkflow] = 0.06 };

    private const string Ours = "WorkflowAspire";
    private const string OursOnSqlite = "WorkflowAspire, SQLite";
    private const string Dbos = "DBOS";
    private const string OpenWorkflow = "OpenWorkflow";

    public async Task RunAsync(bool withOthers)
    {
        var folder = Directory.CreateTempSubdirectory("runs-bench-").FullName;
        List<IEngine> engines =
        [
            new OurEngine(Ours, await RunSystem.StartAsync(postgres, groupCommit: true, concurrency), concurrency),
            new OurEngine(OursOnSqlite, await RunSystem.StartAsync(SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(folder, "runs.db")}"), groupCommit: true, concurrency), concurrency),
        ];
        if (withOthers)
        {
            engines.Add(await NodeEngine.StartAsync(Dbos, "dbos", await UrlAsync(), concurrency));
            engines.Add(await NodeEngine.StartAsync(OpenWorkflow, "openworkflow", await UrlAsync(), concurrency));
        }

        foreach (var steps in new[] { 1, 3, 10 }) await CompareAsync(engines, steps);
        foreach (var engine in engines) await engine.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task CompareAsync(List<IEngine> engines, int steps)
    {
        var measured = engines.ToDictionary(engine => engine, _ => new List<Figures>());
        for (var round = 0; round <= rounds; round++)
        {
            // The first round warms all up; whoever comes later finds a warmer machine, so they take turns.
            foreach (var engine in round % 2 == 0 ? engines : engines.AsEnumerable().Reverse())
            {
                var figures = await MeasureAsync(engine, steps);
                if (round > 0) measured[engine].Add(figures);
            }

            Console.Error.WriteLine(round == 0 ? $"{steps} steps: warmed up" : $"{steps} steps: round {round} of {rounds}");
        }

        Print(steps, measured);
    }

    private async Task<Figures> MeasureAsync(IEngine engine, int steps)
    {
        var count = Math.Max(concurrency, (int)(runs * Share[engine.Name]));
        var before = ProcessTreeCpu.Of(postgres.ProcessId);
        var round = await engine.RunAsync(count, steps);
        var database = ProcessTreeCpu.Of(postgres.ProcessId) - before;
        Array.Sort(round.Milliseconds);
        return new Figures(
            count / round.Took.TotalSeconds,
            round.Milliseconds[count / 2],
            round.Milliseconds[count * 99 / 100],
            round.Cpu.TotalMicroseconds / count,
            database.TotalMicroseconds / count,
            round.RedisCpu.TotalMicroseconds / count);
    }

    private void Print(int steps, Dictionary<IEngine, List<Figures>> measured)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Runs of {steps} steps, {concurrency} at a time, medians of {rounds} rounds:"));
        Console.WriteLine();
        Console.WriteLine($"| {"",-24} | runs/s | of DBOS | ms, median | ms, 99th % | own CPU, µs a run | PostgreSQL | Redis |");
        Console.WriteLine($"|{new string('-', 26)}|-------:|--------:|-----------:|-----------:|------------------:|-----------:|------:|");
        var dbos = measured.Where(pair => pair.Key.Name == Dbos).Select(pair => Median(pair.Value, figures => figures.RunsASecond)).SingleOrDefault(double.NaN);
        foreach (var (engine, rounds) in measured)
        {
            var rate = Median(rounds, figures => figures.RunsASecond);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {engine.Name,-24} | {rate,6:N0} | {rate / dbos,7:N1} | {Median(rounds, figures => figures.Middle),10:N1} | {Median(rounds, figures => figures.Slowest),10:N1} | {Median(rounds, figures => figures.OwnCpu),17:N0} | {Median(rounds, figures => figures.DatabaseCpu),10:N0} | {Median(rounds, figures => figures.RedisCpu),5:N0} |"));
        }
    }

    private static double Median(List<Figures> rounds, Func<Figures, double> of) => Table.Median(rounds.Select(of));

    private async Task<string> UrlAsync()
    {
        var at = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        return $"postgresql://{at.Username}@{at.Host}:{at.Port}/{at.Database}";
    }

    private sealed record Figures(double RunsASecond, double Middle, double Slowest, double OwnCpu, double DatabaseCpu, double RedisCpu);
}
