using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Refuses to start with a step timeout that a job's lock would not outlast, should its renewal stop.</summary>
internal sealed class StepTimeoutValidator(IOptions<ExecutionOptions> execution) : IValidateOptions<WorkflowOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkflowOptions options)
    {
        (string Name, TimeSpan? Timeout)[] timeouts =
        [
            ("Step", options.Step.Timeout),
            ("Steps:Code", options.Steps.Code.Timeout),
            ("Steps:Http", options.Steps.Http.Timeout),
            ("Steps:Llm", options.Steps.Llm.Timeout),
        ];
        var longest = execution.Value.LockDuration;
        var failures = timeouts.Where(step => step.Timeout >= longest)
            .Select(step => $"{WorkflowOptions.Section}:{step.Name}:Timeout is {step.Timeout:g}; set it below Worker:LockDuration, which is {longest:g}.").ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
