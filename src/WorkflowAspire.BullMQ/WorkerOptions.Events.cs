namespace WorkflowAspire.BullMQ;

// What a worker tells its program: the events of Node's Worker, each a function to await. All but OnActive and OnFailed, which
// belong to one job's processing, are called one after the other beside it. What they throw is logged and changes nothing.
public sealed partial class WorkerOptions
{
    /// <summary>Awaited after a job was taken and before it is processed.</summary>
    public Func<Job, Task>? OnActive { get; set; }

    /// <summary>Awaited after Redis has recorded that a job completed.</summary>
    public Func<JobCompletion, Task>? OnCompleted { get; set; }

    /// <summary>Awaited after Redis has recorded a failed attempt.</summary>
    public Func<JobFailure, Task>? OnFailed { get; set; }

    /// <summary>Called with the id of each stalled job that this worker has put back to wait.</summary>
    public Func<string, Task>? OnStalled { get; set; }

    /// <summary>Called when the worker finds nothing to take: once, and again only after it has taken another job.</summary>
    public Func<Task>? OnDrained { get; set; }

    /// <summary>
    /// Called for each call of the worker's that failed: Redis away, an answer that it did not expect, or the outcome of a job that Redis refused to
    /// record (<see cref="JobRefusedException"/>: its lock is lost or another's, or the job is gone). A failed attempt is none.
    /// </summary>
    public Func<Exception, Task>? OnError { get; set; }

    /// <summary>Called with the ids of jobs whose locks could not be renewed: their attempts are cancelled.</summary>
    public Func<IReadOnlyList<string>, Task>? OnLockRenewalFailed { get; set; }

    /// <summary>Called with the ids of jobs whose locks were renewed.</summary>
    public Func<IReadOnlyList<string>, Task>? OnLocksRenewed { get; set; }

    /// <summary>Called when the processor of a job has told how far it is (<see cref="Job.UpdateProgressAsync"/>), after Redis has recorded it.</summary>
    public Func<Job, JobProgress, Task>? OnProgress { get; set; }

    /// <summary>Called once, when Redis has answered the started worker for the first time.</summary>
    public Func<Task>? OnReady { get; set; }

    /// <summary>Called when the worker has been paused by <see cref="Worker.PauseAsync"/>.</summary>
    public Func<Task>? OnPaused { get; set; }

    /// <summary>Called when the worker has been resumed by <see cref="Worker.Resume"/>.</summary>
    public Func<Task>? OnResumed { get; set; }

    /// <summary>Called when the worker begins to close.</summary>
    public Func<Task>? OnClosing { get; set; }

    /// <summary>Called last, when the worker is closed. <see cref="Worker.CloseAsync"/> waits for it and for what was told before, but no longer than two seconds.</summary>
    public Func<Task>? OnClosed { get; set; }
}
