using WorkflowAspire.Workflows;

namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>Takes a text apart and says what is in it. An empty text gives an empty digest, and no error.</summary>
public sealed class DocumentDigestWorkflow : IWorkflow<DocumentDigestInput, DocumentDigestOutput>
{
    // The same text fails in the same way: another try would only cost time.
    private static readonly StepOptions Once = new() { Attempts = 1 };

    /// <inheritdoc/>
    public async Task<DocumentDigestOutput> RunAsync(DocumentDigestInput input, WorkflowContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var document = await context.StepAsync("parse", ct => Task.Run(() => Document.Read(input.Text), ct), Once).ConfigureAwait(false);
        var measures = await context.StepAsync("measure", ct => Task.Run(() => Measures.Of(document, ct), ct), Once).ConfigureAwait(false);
        var terms = await context.StepAsync("terms", ct => Task.Run(() => KeyTerms.Of(document, measures.Language, ct), ct), Once).ConfigureAwait(false);
        var digest = await context.StepAsync("digest", ct => Task.Run(() => LeadingSentences.Of(document, ct), ct), Once).ConfigureAwait(false);
        return new DocumentDigestOutput(
            measures.Sections, measures.Words, measures.Characters, measures.ReadingSeconds, measures.Script, measures.Language, terms, digest);
    }
}
