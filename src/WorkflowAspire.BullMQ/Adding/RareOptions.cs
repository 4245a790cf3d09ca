using System.Text.Json;

namespace WorkflowAspire.BullMQ.Adding;

/// <summary>What few jobs have, as Add.lua decodes it; a job without any of it costs the script nothing.</summary>
internal sealed record RareOptions
{
    public ParentKeys? Parent { get; init; }

    /// <summary>The argument for a job of these options: JSON, or empty where it has nothing rare.</summary>
    public static ReadOnlyMemory<byte> Of(JobOptions options) => options.Parent is null
        ? default
        : JsonSerializer.SerializeToUtf8Bytes(new RareOptions { Parent = ParentKeys.Of(options) }, FlowJsonContext.Default.RareOptions);
}
