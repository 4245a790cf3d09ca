namespace WorkflowAspire.Bench;

/// <summary>A queue library under load.</summary>
internal interface ISubject : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Adds jobs from concurrent callers; how long that took.</summary>
    Task<TimeSpan> AddAsync(string queue, int jobs, int callers);

    /// <summary>Adds jobs from one caller, many in a call; how long that took.</summary>
    Task<TimeSpan> AddBulkAsync(string queue, int jobs, int jobsPerCall);

    Task StartWorkerAsync(string queue, int concurrency);

    Task CloseWorkerAsync();

    /// <summary>From the call that adds a job to its processor, with an idle worker; in microseconds.</summary>
    Task<double[]> LatencyAsync(string queue, int samples, TimeSpan gap);

    /// <summary>CPU time that the subject's process has used.</summary>
    Task<TimeSpan> CpuAsync();
}
