namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>What a program may do with a queue, by name; each area has a file of its own.</summary>
internal static partial class Scenarios
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly JobOptions Later = new() { Delay = Hour };
    private static readonly JobOptions TwoAttempts = new() { Attempts = 2 };

    private static readonly Dictionary<string, Func<IQueueActor, Task>> All = new Dictionary<string, Func<IQueueActor, Task>>[]
    {
        Adding,
        Control,
        Deduplication,
        Events,
        Flows,
        Hand,
        ManagingJobs,
        ManagingQueues,
        Processing,
        Schedulers,
        WorkerSide,
    }.SelectMany(area => area).ToDictionary();

    private static readonly Dictionary<string, Func<IQueueActor, Task>> OnlyIn6 = DeduplicationOf6.Concat(ManagingOnlyIn6).ToDictionary();

    /// <summary>Whether BullMQ 5 leaves the same as 6, which ours follows.</summary>
    public static bool IsOf(int version, string name) => version != 5 || !NotInFive.Contains(name);

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Those that BullMQ 5 would end otherwise; ours does what BullMQ 6 does, whoever made the queue.</summary>
    public static IEnumerable<string> NamesOnlyIn6 => OnlyIn6.Keys;

    public static Task RunAsync(string name, IQueueActor queue) => (All.GetValueOrDefault(name) ?? OnlyIn6[name])(queue);
}
