namespace WorkflowAspire.Workflows.Definitions.LanguageModels;

/// <summary>Asks large language models for <c>llm</c> steps. Without one in the container a definition with such a step isn't saved.</summary>
public interface ILanguageModelSteps
{
    /// <summary>Asks a model once; it is called inside a step (<see cref="StepKind.Llm"/>), which tries again and keeps the answer.</summary>
    /// <exception cref="BullMQ.UnrecoverableError">Another try would get the same.</exception>
    /// <exception cref="TransientStepException">It passes; <see cref="TransientStepException.RetryAfter"/> says when, if that is known.</exception>
    Task<LanguageModelAnswer> AskAsync(LanguageModelRequest request, CancellationToken cancellationToken);
}
