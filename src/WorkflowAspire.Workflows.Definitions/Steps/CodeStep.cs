using System.Text.Json;
using Jint;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Runs a JavaScript function body; being a step, it may use clock and chance.</summary>
internal sealed class CodeStep : DefinedStep
{
    private readonly StepOptions _options;
    private readonly ScriptSyntax? _syntax;
    private readonly Lazy<Prepared<Acornima.Ast.Script>> _script;

    public CodeStep(StepReader reader)
        : base(reader)
    {
        var source = reader.Text("code")!;
        _options = reader.Options(StepKind.Code);
        _syntax = reader.FunctionBody("code");
        _script = new Lazy<Prepared<Acornima.Ast.Script>>(() => Sandbox.PrepareFunctionBody(source));
    }

    protected override Task<JsonElement> RunAsync(StepRun run) => run.Context.StepAsync(Id, ct => Task.Run(() => Compute(run, ct), ct), _options);

    private JsonElement Compute(StepRun run, CancellationToken ct)
    {
        try
        {
            return run.Services.Sandbox.RunCode(_script.Value, run.Variables.ToJson(_syntax!.Steps), ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            var message = $"Step '{Id}': its code failed: {ExpressionFailure.Describe(error, run.Services.Options.CodeTimeout)}.";
            throw error is TimeoutException ? new TransientStepException(message, error) : new UnrecoverableError(message, error);
        }
    }
}
