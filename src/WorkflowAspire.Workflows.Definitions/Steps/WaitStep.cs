using System.Globalization;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Waits without a worker.</summary>
internal sealed class WaitStep : DefinedStep
{
    private readonly FilledText? _duration;
    private readonly FilledText? _until;

    public WaitStep(StepReader reader)
        : base(reader)
    {
        (_duration, _until) = (reader.Duration("duration"), reader.FilledText("until"));
        if (reader.Has("duration") == reader.Has("until")) reader.Refuse("duration", "A wait needs either 'duration' or 'until'; give one of them.");
        if (_until?.Literal is { } literal && !TryRead(literal, out _)) reader.Refuse("until", $"'{literal}' is no instant; write it like 2030-01-31T09:00:00Z, with its offset.");
    }

    protected override IEnumerable<Expression> Ahead => (_duration ?? _until)!.Expressions;

    protected override async Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        if (_until is not null) await run.Context.WaitUntilAsync(Id, Until(filling)).ConfigureAwait(false);
        else await run.Context.WaitAsync(Id, ComputedDuration.Of(_duration!, Id, filling)).ConfigureAwait(false);
        return JsonElement.Parse("null");
    }

    private DateTimeOffset Until(Filling filling)
    {
        var value = _until!.Evaluate(filling);
        return value.ValueKind == JsonValueKind.String && TryRead(value.GetString()!, out var until)
            ? until
            : throw new UnrecoverableError($"Step '{Id}': 'until' gives {value.GetRawText()}, which is no instant; it has to be like 2030-01-31T09:00:00Z, with its offset.");
    }

    // An instant without an offset would be another one on another machine.
    private static bool TryRead(string text, out DateTimeOffset instant) => DateTimeOffset.TryParseExact(
        text,
        ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal,
        out instant) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal));
}
