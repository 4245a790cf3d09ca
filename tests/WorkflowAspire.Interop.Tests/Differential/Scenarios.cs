namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>What a program may do with a queue, by name; each area has a file of its own.</summary>
internal static partial class Scenarios
{
    private static readonly JobOptions Later = new() { Delay = TimeSpan.FromHours(1) };
    private static readonly JobOptions TwoAttempts = new() { Attempts = 2 };

    private static readonly Dictionary<string, Func<IQueueActor, Task>> All = new Dictionary<string, Func<IQueueActor, Task>>[]
    {
        Adding,
        Control,
        Flows,
        Hand,
        Processing,
    }.SelectMany(area => area).ToDictionary();

    public static IEnumerable<string> Names => All.Keys;

    public static Task RunAsync(string name, IQueueActor queue) => All[name](queue);
}
