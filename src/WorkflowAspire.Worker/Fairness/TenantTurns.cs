using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>Wakes the parked jobs whose turn it is.</summary>
internal sealed class TenantTurns(Queue queue, FairnessOutage outage)
{
    /// <summary>Changes a tenant's line and wakes who has a place now. What Redis can't do is left to the leases and to each job's own delay.</summary>
    public async Task GiveAsync(Func<Task<Turns>> change)
    {
        try
        {
            var turns = await change();
            foreach (var jobId in turns.Woken) await WakeAsync(jobId);
            if (turns.Next is { } next) await TimeAsync(next);
            outage.Succeeded();
        }
        catch (Exception error) when (TenantFairness.IsOutage(error))
        {
            outage.Failed(error);
        }
    }

    /// <summary>Lets a parked job come when the rate allows it.</summary>
    public async Task TimeAsync(TimedTurn turn)
    {
        try
        {
            if (await queue.GetJobAsync(turn.JobId) is { } job) await job.ChangeDelayAsync(turn.Wait);
        }
        catch (JobRefusedException)
        {
            // It is no longer delayed: it has come by itself.
        }
        catch (Exception error) when (TenantFairness.IsOutage(error))
        {
            outage.Failed(error);
        }
    }

    private async Task WakeAsync(string jobId)
    {
        try
        {
            if (await queue.GetJobAsync(jobId) is not { } job) return;
            await job.PromoteAsync();
            // It has waited in the queue before: in front of what came since.
            await job.ChangePriorityAsync(job.Priority, lifo: true);
        }
        catch (JobRefusedException)
        {
            // It is no longer delayed: it has come by itself, and finds its place reserved.
        }
    }
}
