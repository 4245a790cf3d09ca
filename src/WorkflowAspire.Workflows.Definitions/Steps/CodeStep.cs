using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Runs a JavaScript function body; being a step, it may use clock and chance.</summary>
internal sealed class CodeStep : DefinedStep
{
    private readonly StepOptions _options;
    private readonly ScriptFacts? _facts;
    private readonly TenantText _code;

    public CodeStep(StepReader reader)
        : base(reader)
    {
        _code = new TenantText(TextKind.Function, reader.Text("code")!);
        _options = reader.Options(StepKind.Code);
        _facts = reader.FunctionBody("code");
    }

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling) => run.Context.StepAsync(Id, ct => ComputeAsync(run, ct), _options);

    private async Task<JsonElement> ComputeAsync(StepRun run, CancellationToken ct)
    {
        var data = run.Variables.ToJson(new Needs(_facts!.Roots, _facts.Steps));
        var answers = await run.EvaluateAsync([new Work(Purpose.Evaluate, _code)], data, Id, ct).ConfigureAwait(false);
        return answers[0] is { Outcome: Outcome.Done } done
            ? JsonElement.Parse(done.Payload.Span)
            : throw new UnrecoverableError($"Step '{Id}': its code failed: {LimitSentences.OfEvaluation(answers[0], TextKind.Function, run.Services.Options)}.");
    }
}
