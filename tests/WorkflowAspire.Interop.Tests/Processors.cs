namespace WorkflowAspire.Interop.Tests;

/// <summary>The same processors as in node/processors.mjs.</summary>
internal static class Processors
{
    /// <summary>Those included that need the queue.</summary>
    public static async Task<ReadOnlyMemory<byte>> RunAsync(string how, Job job, Queue queue) => how switch
    {
        "park" or "parkForFailing" or "forget" or "outlive" or "parkTooLate" or "parkForOne" => await ParentProcessors.RunAsync(how, job, queue),
        _ => Run(how, job),
    };

    public static ReadOnlyMemory<byte> Run(string how, Job job) => how switch
    {
        "echo" => Json.Bytes($$"""{"echo":{{Json.Text(job.Data)}}}"""),
        "nothing" => default,
        "fail" => throw new InvalidOperationException($"no {job.AttemptsMade}"),
        "failOnce" => job.AttemptsMade == 0 ? throw new InvalidOperationException("no 0") : Json.Bytes("\"ok\""),
        "failB" => job.Id == "b" ? throw new InvalidOperationException("no b") : job.Data,
        "data" => job.Data,
        "unrecoverable" => throw new UnrecoverableError("never"),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, "Not a processor."),
    };
}
