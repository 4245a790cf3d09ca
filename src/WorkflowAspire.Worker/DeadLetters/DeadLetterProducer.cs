using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.DeadLetters;

/// <summary>Makes the dead letter of a job that failed for good; the queue writes it in the script that fails the job.</summary>
internal sealed class DeadLetterProducer(TimeProvider time)
{
    public DeadLetterJob Create(Job job, Exception error)
    {
        var data = JobData.Read(job.Data);
        var letter = new DeadLetterPayload
        {
            OriginalJobId = job.Id,
            RunId = data.RunId,
            TenantId = data.TenantId,
            FailedAt = DeadLetterPayload.Format(time.GetUtcNow()),
            // The attempt that has just failed is counted when the job is failed.
            AttemptsMade = job.AttemptsMade + 1,
            ErrorMessage = error.Message,
            Payload = data.Json,
        };
        return new DeadLetterJob(job.Name, JsonSerializer.SerializeToUtf8Bytes(letter, WorkflowJsonContext.Default.DeadLetterPayload));
    }
}
