using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>The message of the jobs: what both subjects read out of the payload.</summary>
/// <param name="Text">Some text.</param>
public sealed record NoOp(string Text);

/// <summary>How the payload is read, by both alike.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(NoOp))]
internal sealed partial class NoOpJson : JsonSerializerContext;

/// <summary>Does nothing with the message.</summary>
internal sealed class NoOpConsumer : IConsumer<NoOp>
{
    public Task Consume(ConsumeContext<NoOp> context) => Task.CompletedTask;
}
