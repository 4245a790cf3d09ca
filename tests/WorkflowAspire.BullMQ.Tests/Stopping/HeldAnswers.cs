using System.Reflection;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Tests.Stopping;

/// <summary>A connection whose first script has its effect, and whose answer stays on the way until the test lets it go.</summary>
public class HeldAnswers : DispatchProxy
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HeldAnswers _root = null!;
    private object _target = null!;
    private int _scripts;

    public IConnectionMultiplexer Connection => (IConnectionMultiplexer)(object)this;

    /// <summary>The first script has had its effect.</summary>
    public Task Taken => _taken.Task;

    public static HeldAnswers Of(IConnectionMultiplexer connection)
    {
        var proxy = (HeldAnswers)(object)Create<IConnectionMultiplexer, HeldAnswers>();
        (proxy._root, proxy._target) = (proxy, connection);
        return proxy;
    }

    public void LetGo() => _letGo.SetResult();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(_target, args) switch
    {
        IDatabase database => Database(database),
        Task<RedisResult> script when Interlocked.Increment(ref _scripts) == 1 => _root.HoldAsync(script),
        var result => result,
    };

    private HeldAnswers Database(IDatabase database)
    {
        var proxy = (HeldAnswers)(object)Create<IDatabase, HeldAnswers>();
        (proxy._root, proxy._target) = (this, database);
        return proxy;
    }

    private async Task<RedisResult> HoldAsync(Task<RedisResult> script)
    {
        var answer = await script;
        _taken.SetResult();
        await _letGo.Task;
        return answer;
    }
}
