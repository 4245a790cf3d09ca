using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkflowAspire.TestServers;

/// <summary>Waits for a condition, however long the machine takes, up to a bound that only a failure reaches.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    public static async Task<T> Get<T>(Func<Task<T>> read, Func<T, bool> until, [CallerArgumentExpression(nameof(until))] string condition = "")
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (until(value)) return value;
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s for {condition}; the last value was {value}.");
            await Task.Delay(Look);
        }
    }

    public static Task<T> Get<T>(Func<T> read, Func<T, bool> until, [CallerArgumentExpression(nameof(until))] string condition = "") =>
        Get(() => Task.FromResult(read()), until, condition);

    public static Task True(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string condition = "") =>
        Get(() => Task.FromResult(holds()), held => held, condition);

    public static Task True(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string condition = "") =>
        Get(holds, held => held, condition);
}
