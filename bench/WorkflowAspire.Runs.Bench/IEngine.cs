namespace WorkflowAspire.Runs.Bench;

/// <summary>An engine that executes runs of some steps that do nothing.</summary>
internal interface IEngine : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Executes runs, so many at a time as it was started for.</summary>
    Task<EngineRound> RunAsync(int runs, int steps);
}

/// <summary>What a round of runs took.</summary>
/// <param name="Took">From the first submission to the last completion.</param>
/// <param name="Milliseconds">From submission to completion, each run.</param>
/// <param name="Cpu">Processor time of the engine's own process; with ours, the submitter's too.</param>
/// <param name="RedisCpu">Processor time of Redis; zero for an engine without.</param>
internal sealed record EngineRound(TimeSpan Took, double[] Milliseconds, TimeSpan Cpu, TimeSpan RedisCpu);
