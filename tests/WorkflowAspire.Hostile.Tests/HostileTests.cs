using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CsCheck;

namespace WorkflowAspire.Hostile.Tests;

/// <summary>
/// Whatever strangers send: no process ends, no answer is a 500, no run stays without an outcome, and memory stays under its limits.
/// </summary>
public class HostileTests(ITestOutputHelper output)
{
    [Fact]
    public Task Whatever_strangers_send_harms_nobody() => ThrowAsync(inputs: 150, seed: (ulong)Random.Shared.NextInt64(1, 1_000_000), first: 0);

    [Fact(Explicit = true)]
    public Task At_length() => ThrowAsync(Setting("HOSTILE_INPUTS", 10_000), (ulong)Setting("HOSTILE_SEED", (int)Random.Shared.NextInt64(1, 1_000_000)), Setting("HOSTILE_FIRST", 0));

    private async Task ThrowAsync(int inputs, ulong seed, int first)
    {
        output.WriteLine($"seed {seed}");
        await using var system = await HostileSystem.StartAsync();
        var (runs, thrown, next, watch) = (new ConcurrentDictionary<Guid, Attack>(), 0, first - 1, Stopwatch.StartNew());
        var failed = false;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref failed) && Volatile.Read(ref thrown) < inputs)
            {
                var number = Interlocked.Increment(ref next);
                var attack = Attacks.Any.Generate(new PCG((uint)number, seed), null, out var _);
                var before = Interlocked.Add(ref thrown, attack.Size);
                if (inputs > 1000 && before / 1000 != (before - attack.Size) / 1000) Console.Error.WriteLine($"{before} of {inputs} inputs, {runs.Count} runs, {watch.Elapsed:mm\\:ss}");
                try
                {
                    foreach (var run in await system.ThrowAsync(attack)) runs[run] = attack;
                    if (number % 50 == 0) await system.IsUnharmedAsync();
                }
                catch (Exception error)
                {
                    Volatile.Write(ref failed, true);
                    throw Named(error, $"Attack {number} of seed {seed}", attack);
                }
            }
        })));
        foreach (var (run, attack) in runs)
        {
            try
            {
                await system.EndsAsync(run);
            }
            catch (Exception error)
            {
                throw Named(error, $"Run {run} of seed {seed}", attack);
            }
        }

        await system.IsUnharmedAsync();
        output.WriteLine($"{thrown} inputs in {next + 1 - first} attacks, {runs.Count} runs, {watch.Elapsed.TotalSeconds:0} s; most memory: "
            + string.Join(", ", system.Memory.GroupBy(process => process.Key.Split(' ')[0]).Select(kind => $"{kind.Key} {kind.Max(process => process.Value) / 1_000_000} MB (of {kind.Count()})")));
    }

    private static InvalidOperationException Named(Exception error, string what, Attack attack) =>
        new($"{what}: {error.Message}\n{attack.ToString()[..Math.Min(8000, attack.ToString().Length)]}", error);

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
