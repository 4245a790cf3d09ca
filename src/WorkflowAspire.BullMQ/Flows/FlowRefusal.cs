namespace WorkflowAspire.BullMQ;

/// <summary>Why a script refused to make a job a parent's child, as an exception. The codes are BullMQ's.</summary>
internal static class FlowRefusal
{
    public static Exception Of(long code, QueueKeys keys, JobOptions options)
    {
        var job = options.JobId is { } id ? $"Job '{id}' of '{keys.QualifiedName}'" : $"The job for '{keys.QualifiedName}'";
        return new InvalidOperationException(code switch
        {
            -5 => $"{job} was not added: its parent '{options.Parent?.Key}' does not exist. Add the parent first.",
            -7 => $"{job} exists already and is the child of another parent that still exists, so '{options.Parent?.Key}' does not wait for it. Choose another id.",
            _ => $"{job} was not added: the script returned {code}.",
        });
    }
}
