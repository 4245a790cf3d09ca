using CsCheck;

namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>What operations are called with: few values, so that they meet.</summary>
internal static class Arguments
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Ids that sequences use: the queue's own numbers, custom ones, and one that nobody adds.</summary>
    public static Gen<string> JobId { get; } = Gen.OneOf("1", "2", "3", "4", "a", "b", "parent", "missing");

    /// <summary>The processors that end by themselves.</summary>
    public static Gen<string> Processor { get; } = Gen.OneOf("echo", "echo", "nothing", "fail", "failOnce", "failB", "unrecoverable");

    /// <summary>What the children of a flow, a and b, do to their parent when they fail.</summary>
    public static Gen<ChosenOptions> ChildRule { get; } = Gen.OneOf(
        new JobOptions(),
        new JobOptions { FailParentOnFailure = true },
        new JobOptions { ContinueParentOnFailure = true },
        new JobOptions { IgnoreDependencyOnFailure = true },
        new JobOptions { RemoveDependencyOnFailure = true }).Select(options => new ChosenOptions(options));

    /// <summary>Most jobs have no option, and few have several.</summary>
    public static Gen<ChosenOptions> Options { get; } =
        from id in Rarely<string?>(null, "a", "b")
        from attempts in Rarely<int?>(null, 1, 2, 3)
        from backoff in Rarely<BackoffOptions?>(null, BackoffOptions.Fixed(Hour), BackoffOptions.Exponential(Hour), BackoffOptions.Fixed(TimeSpan.Zero))
        from wait in Rarely(Wait.None, Wait.Hour, Wait.Due)
        from priority in Rarely<int?>(null, 1, 5, JobOptions.LowestPriority)
        from lifo in Rarely<bool?>(null, true)
        from onComplete in Rarely<KeepJobs?>(null, Keeps)
        from onFail in Rarely<KeepJobs?>(null, Keeps)
        from traces in Rarely<int?>(null, 0, 1)
        from kind in Rarely<DeduplicationOptions?>(null, new("kind"), new("kind") { Ttl = Hour }, new("kind") { Ttl = Hour, Extend = true, Replace = true }, new("kind") { KeepLastIfActive = true })
        select new ChosenOptions(WaitFor(wait, new JobOptions
        {
            JobId = id,
            Attempts = attempts,
            Backoff = backoff,
            Priority = priority,
            Lifo = lifo,
            RemoveOnComplete = onComplete,
            RemoveOnFail = onFail,
            StackTraceLimit = traces,
            Deduplication = kind,
        }));

    private static KeepJobs?[] Keeps =>
        [KeepJobs.All, KeepJobs.None, KeepJobs.Count(1), KeepJobs.Count(2), KeepJobs.Age(TimeSpan.Zero), KeepJobs.Age(Hour, 1), KeepJobs.Age(Hour)];

    private enum Wait
    {
        None,
        Hour,
        Due,
    }

    // A delayed job that is due already is promoted by whatever comes next, at no particular moment.
    private static JobOptions WaitFor(Wait wait, JobOptions options) => wait switch
    {
        Wait.Hour => options with { Delay = Hour },
        Wait.Due => options with { Delay = TimeSpan.FromSeconds(1), Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000) },
        _ => options,
    };

    private static Gen<T> Rarely<T>(T usual, params T[] others) => Gen.Frequency((3, Gen.Const(usual)), (1, Gen.OneOf(others)));
}

/// <summary>The options of a job, printed as a Node program would write them.</summary>
internal sealed record ChosenOptions(JobOptions Options)
{
    public override string ToString() => NodeOptions.Of(Options).ToJsonString();
}

/// <summary>Some of something, printed one after the other.</summary>
internal sealed record Several<T>(T[] Items)
{
    public override string ToString() => string.Join(' ', Items);
}
