using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Catalog;

/// <summary>A registered workflow, between JSON and its types.</summary>
internal abstract class WorkflowDefinition(string name, string? description, TimeSpan? timeout = null)
{
    public string Name => name;

    public string? Description => description;

    /// <summary>How long after it was accepted a run must have ended; null for no limit.</summary>
    public TimeSpan? Timeout => timeout;

    public abstract Task<string> RunAsync(
        IServiceProvider services, string? inputJson, WorkflowContext context, JsonSerializerOptions json, CancellationToken ct);
}

/// <inheritdoc/>
internal sealed class WorkflowDefinition<TWorkflow, TInput, TOutput>(string name, string? description, TimeSpan? timeout = null)
    : WorkflowDefinition(name, description, timeout)
    where TWorkflow : class, IWorkflow<TInput, TOutput>
{
    public override async Task<string> RunAsync(
        IServiceProvider services, string? inputJson, WorkflowContext context, JsonSerializerOptions json, CancellationToken ct)
    {
        var input = ReadInput(inputJson ?? "null", (JsonTypeInfo<TInput>)json.GetTypeInfo(typeof(TInput)));
        var output = await services.GetRequiredService<TWorkflow>().RunAsync(input, context, ct).ConfigureAwait(false);
        return WriteOutput(output, (JsonTypeInfo<TOutput>)json.GetTypeInfo(typeof(TOutput)));
    }

    private string WriteOutput(TOutput output, JsonTypeInfo<TOutput> type)
    {
        try
        {
            return JsonSerializer.Serialize(output, type);
        }
        catch (Exception error)
        {
            throw new UnrecoverableError($"Workflow '{Name}' is done, but its output ({typeof(TOutput)}) can't be written as JSON: {error.Message}", error);
        }
    }

    private TInput ReadInput(string inputJson, JsonTypeInfo<TInput> type)
    {
        try
        {
            var input = JsonSerializer.Deserialize(inputJson, type);
            if (input is not null || Nullable.GetUnderlyingType(typeof(TInput)) is not null) return input!;
        }
        catch (JsonException error)
        {
            throw new UnrecoverableError($"The input doesn't fit workflow '{Name}': {error.Message}", error);
        }
        catch (Exception error)
        {
            // A constructor, a setter or a converter of the type: it says the same at each attempt.
            throw new UnrecoverableError($"The input doesn't fit workflow '{Name}': {typeof(TInput)} refuses it: {error.Message}", error);
        }

        throw new UnrecoverableError($"Workflow '{Name}' needs an input; this run has none.");
    }
}
