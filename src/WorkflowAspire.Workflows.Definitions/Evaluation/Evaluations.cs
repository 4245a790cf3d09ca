using Microsoft.Extensions.Options;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>Has tenants' texts read and evaluated, outside this process.</summary>
internal sealed class Evaluations(EvaluatorPool pool, IOptions<DefinitionOptions> options, TimeProvider time)
{
    public DefinitionOptions Options => options.Value;

    /// <summary>Reads texts.</summary>
    /// <returns>An answer for each, up to the one at which a limit stopped it.</returns>
    /// <exception cref="EvaluatorsUnavailableException">It can't be done now.</exception>
    public Task<IReadOnlyList<Answer>> ReadAsync(Guid tenant, IEnumerable<TenantText> texts, int patience, CancellationToken ct) =>
        DoAsync(tenant, new Assignment([.. texts.Select(text => new Work(Purpose.Read, text))], "{}"u8.ToArray(), LimitsOf(Options.ReadTimeout * patience), time.GetUtcNow()), ct);

    /// <summary>Evaluates expressions, code or templates over the same data.</summary>
    /// <returns>An answer for each, up to the first that failed.</returns>
    /// <exception cref="EvaluatorsUnavailableException">It can't be done now.</exception>
    public Task<IReadOnlyList<Answer>> EvaluateAsync(
        Guid tenant, IReadOnlyList<Work> tasks, ReadOnlyMemory<byte> data, CancellationToken ct, bool onlyIfFirst = false, int patience = 1) =>
        DoAsync(tenant, new Assignment(tasks, data, LimitsOf(LimitSentences.TimeOf(tasks[0].Text.Kind, Options) * patience), time.GetUtcNow(), onlyIfFirst), ct);

    private async Task<IReadOnlyList<Answer>> DoAsync(Guid tenant, Assignment assignment, CancellationToken ct)
    {
        var result = await pool.AskAsync(tenant, assignment, ct).ConfigureAwait(false);
        // An evaluator may have been ended from outside; if the next one ends as well, it is the text.
        if (result.End is { Cause: null }) result = await pool.AskAsync(tenant, assignment, ct).ConfigureAwait(false);
        return result.End switch
        {
            null => result.Answers,
            { Cause: { } cause } => [.. result.Answers, new Answer(cause, default)],
            _ => [.. result.Answers, new Answer(Outcome.Faulty, "it ends every process that evaluates it"u8.ToArray())],
        };
    }

    private Limits LimitsOf(TimeSpan time) => new(time, Options.MemoryLimit, Options.MaxStatements, Options.MaxRecursion, Options.MaxOutput);
}
