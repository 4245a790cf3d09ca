using System.Reflection;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>One transition of the protocol: a file of <c>Scripts/</c>, see <see cref="ScriptText"/>.</summary>
internal sealed partial class Script
{
    // The package's version, without what the build adds to it; before the scripts, which name it.
    private static readonly string Version =
        typeof(Script).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static readonly Script Add = new("Add");
    public static readonly Script AddFlow = new("AddFlow");
    public static readonly Script AddLog = new("AddLog");
    public static readonly Script AddRelated = new("AddRelated");
    public static readonly Script ChangeDelay = new("ChangeDelay");
    public static readonly Script ChangePriority = new("ChangePriority");
    public static readonly Script Clean = new("Clean");
    public static readonly Script Complete = new("Complete");
    public static readonly Script Delay = new("Delay");
    public static readonly Script Drain = new("Drain");
    public static readonly Script ExtendLocks = new("ExtendLocks");
    public static readonly Script Fail = new("Fail");
    public static readonly Script GetCounts = new("GetCounts");
    public static readonly Script GetCountsPerPriority = new("GetCountsPerPriority");
    public static readonly Script GetRateLimitTtl = new("GetRateLimitTtl");
    public static readonly Script GetState = new("GetState");
    public static readonly Script HandBack = new("HandBack");
    public static readonly Script IsFinished = new("IsFinished");
    public static readonly Script MoveToWait = new("MoveToWait");
    public static readonly Script MoveToWaitingChildren = new("MoveToWaitingChildren");
    public static readonly Script NextIteration = new("NextIteration");
    public static readonly Script Obliterate = new("Obliterate");
    public static readonly Script Pause = new("Pause");
    public static readonly Script Promote = new("Promote");
    public static readonly Script Reclaim = new("Reclaim");
    public static readonly Script RecoverStalled = new("RecoverStalled");
    public static readonly Script Remove = new("Remove");
    public static readonly Script RemoveChildDependency = new("RemoveChildDependency");
    public static readonly Script RemoveDeduplicationKey = new("RemoveDeduplicationKey");
    public static readonly Script RemoveJobScheduler = new("RemoveJobScheduler");
    public static readonly Script RemoveOrphans = new("RemoveOrphans");
    public static readonly Script RemoveUnprocessedChildren = new("RemoveUnprocessedChildren");
    public static readonly Script Reprocess = new("Reprocess");
    public static readonly Script Resume = new("Resume");
    public static readonly Script Retry = new("Retry");
    public static readonly Script Take = new("Take");
    public static readonly Script TrimEvents = new("TrimEvents");
    public static readonly Script UpdateData = new("UpdateData");
    public static readonly Script UpdateProgress = new("UpdateProgress");
    public static readonly Script UpsertJobScheduler = new("UpsertJobScheduler");

    // Somebody may flush the scripts again while the client loads one.
    private const int MostTries = 4;

    private readonly Lazy<string> _text;

    private Script(string name) => _text = new Lazy<string>(() => ScriptText.Of(name).Replace("{version}", Version, StringComparison.Ordinal));

    public async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await database.ScriptEvaluateAsync(_text.Value, keys, arguments).ConfigureAwait(false);
            }
            catch (RedisServerException gone) when (IsScriptGone(gone) && tries < MostTries)
            {
            }
            catch (Exception error) when (Explain(error.Message) is { } explained)
            {
                throw error is RedisServerException refused ? new RedisServerException(refused.Kind, CommandFlags.None, explained) : new RedisCommandException(explained, error);
            }
        }
    }

    /// <summary>Lets the servers that are there compile the script, so that its first run need not wait for it.</summary>
    public Task LoadAsync(IConnectionMultiplexer redis) =>
        Task.WhenAll(redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }).Select(server => server.ScriptLoadAsync(_text.Value)));

    /// <summary>Runs on the calling thread, for callers that must not depend on the thread pool.</summary>
    public RedisResult Run(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return database.ScriptEvaluate(_text.Value, keys, arguments);
            }
            catch (RedisServerException gone) when (IsScriptGone(gone) && tries < MostTries)
            {
            }
        }
    }

    // After SCRIPT FLUSH, a failover or a moved slot the client learns that the server no longer has the script, and loads it again.
    private static bool IsScriptGone(RedisServerException error) => error.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);
}
