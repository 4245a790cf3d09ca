using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Waits for a signal without a worker.</summary>
internal sealed class SignalStep(StepReader reader) : DefinedStep(reader)
{
    private readonly string _name = reader.Text("name") ?? reader.Id;
    private readonly FilledText? _timeout = reader.Duration("timeout");

    protected override IEnumerable<Expression> Ahead => _timeout?.Expressions ?? [];

    protected override async Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        TimeSpan? timeout = _timeout is null ? null : ComputedDuration.Of(_timeout, Id, filling);
        try
        {
            return Received(true, await run.Context.WaitForSignalAsync<JsonElement>(_name, timeout).ConfigureAwait(false));
        }
        catch (TimeoutException) when (timeout is not null)
        {
            // From here on the run has gone on without the signal, also in later attempts: one that comes now is too late.
            await run.Context.StepAsync($"{_name}.timeout", _ => Task.FromResult(true)).ConfigureAwait(false);
            return Received(false, payload: null);
        }
    }

    private static JsonElement Received(bool received, JsonElement? payload) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, object?> { ["received"] = received, ["payload"] = payload });
}
