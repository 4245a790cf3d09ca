using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Llm.Answers;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Calls;

/// <summary>One step that asks a model: each try looks into the cache, asks, checks the answer and has it repaired once.</summary>
internal sealed partial class ChatStep(Asker asker, ChatRequest request, LanguageModel model, AnswerForm? form, ChatServices services)
{
    private readonly TimeSpan _timeout = request.Timeout ?? model.Options.Timeout;
    private readonly ChatTurn _turn = new(asker, request, model, form?.Schema, services);
    private int _tries;
    private bool _waitsForSlot;

    public StepOptions Options => new()
    {
        Kind = StepKind.Llm,
        Endpoint = model.Endpoint.Host,
        Attempts = request.Attempts,
        // The try ends itself and says why; this is for the case that it can't.
        Timeout = _timeout + TimeSpan.FromSeconds(10),
    };

    /// <summary>The next try.</summary>
    public Task<ChatAnswer> TryAsync(CancellationToken ct) => TryAsync($", try {++_tries}", ct);

    /// <summary>A try whose number somebody else knows.</summary>
    public Task<ChatAnswer> OnceAsync(CancellationToken ct) => TryAsync("", ct);

    private async Task<ChatAnswer> TryAsync(string number, CancellationToken ct)
    {
        _waitsForSlot = false;
        using var limit = new CancellationTokenSource(_timeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await KnownOrAskedAsync(either.Token).ConfigureAwait(false);
        }
        catch (ModelFailure failure)
        {
            throw Describe(failure, number);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Describe(
                _waitsForSlot
                    ? ModelFailure.Postponed($"no call was made: all of its {model.Options.MaxConcurrency} calls (MaxConcurrency), or all that one tenant may have of them (TenantPart), were under way for {_timeout:g}")
                    : ModelFailure.Passing($"timeout, no complete answer within {_timeout:g}"),
                number);
        }
    }

    private async Task<ChatAnswer> KnownOrAskedAsync(CancellationToken ct)
    {
        if (!request.Cache) return await AskAsync(ct).ConfigureAwait(false);
        var key = AnswerCache.KeyOf(asker.TenantId, model, request, form?.Schema);
        if (await services.Cache.FindAsync(asker.TenantId, key, ct).ConfigureAwait(false) is { } known)
        {
            services.Telemetry.CameFromCache(_turn.Model);
            return known;
        }

        var answer = await AskAsync(ct).ConfigureAwait(false);
        await services.Bookkeeping.ExecuteAsync(
            async token => await services.Cache.KeepAsync(asker.TenantId, key, answer, model.Options.CacheDuration, token).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
        return answer;
    }

    private async Task<ChatAnswer> AskAsync(CancellationToken ct)
    {
        _waitsForSlot = true;
        using var slot = await model.EnterAsync(asker.TenantId, ct).ConfigureAwait(false);
        _waitsForSlot = false;
        var messages = _turn.Opening();
        var answer = await _turn.TakeAsync(messages, ct).ConfigureAwait(false);
        if (form is null) return answer;

        var (json, faults) = await CheckAsync(answer, form, ct).ConfigureAwait(false);
        if (faults.Count > 0)
        {
            Repairing(services.Logger, asker.Step, asker.RunId, asker.TenantId, faults.Count);
            messages.Add(new ChatMessage(ChatRole.Assistant, answer.Text));
            messages.Add(new ChatMessage(ChatRole.User, $"That doesn't fit the JSON schema:\n- {string.Join("\n- ", faults)}\nGive the whole answer again, corrected: JSON and nothing else."));
            var repaired = await _turn.TakeAsync(messages, ct).ConfigureAwait(false);
            answer = repaired with
            {
                InputTokens = answer.InputTokens + repaired.InputTokens,
                OutputTokens = answer.OutputTokens + repaired.OutputTokens,
                Cost = answer.Cost + repaired.Cost,
            };
            (json, faults) = await CheckAsync(answer, form, ct).ConfigureAwait(false);
            if (faults.Count > 0) throw ModelFailure.Final($"the answer doesn't fit the schema, also not when it was shown what is wrong: {string.Join("; ", faults)}");
        }

        return answer with { Text = json };
    }

    private static async Task<(string Json, IReadOnlyList<string> Faults)> CheckAsync(ChatAnswer answer, AnswerForm form, CancellationToken ct)
    {
        if (answer.FinishReason == ChatFinishReason.Length.Value)
            throw ModelFailure.Final($"the JSON answer was cut after {answer.OutputTokens} tokens (finish reason length); raise MaxTokens (maxTokens in a definition) or ask for less");
        return await form.FindAsync(answer.Text, ct).ConfigureAwait(false);
    }

    private Exception Describe(ModelFailure failure, string number)
    {
        var message = $"Language model '{model.Name}' ({model.Endpoint.Provider}, {model.Endpoint.Host}, {_turn.Model}){number}: {failure.Message}.";
        if (failure.IsFinal) return new UnrecoverableError(message, failure.InnerException);
        return failure.IsPostponed ? new StepPostponedException(message) : new TransientStepException(message, failure.RetryAfter, failure.InnerException);
    }

    [LoggerMessage(LogLevel.Information, "An answer doesn't fit its schema and is asked for again")]
    private static partial void Repairing(ILogger logger, string step, Guid runId, Guid tenantId, int faults);
}
