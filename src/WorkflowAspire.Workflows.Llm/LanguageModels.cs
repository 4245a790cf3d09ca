using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Llm.Answers;
using WorkflowAspire.Workflows.Llm.Calls;
using WorkflowAspire.Workflows.Llm.Connections;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>Asks language models in steps of a run. Thread-safe; take it in a workflow's constructor.</summary>
public sealed class LanguageModels
{
    private readonly LanguageModelDirectory _directory;
    private readonly ChatServices _services;
    private readonly JsonSerializerOptions _json;
    private readonly TimeSpan _lockDuration;

    internal LanguageModels(LanguageModelDirectory directory, ChatServices services, JsonSerializerOptions json, TimeSpan lockDuration) =>
        (_directory, _services, _json, _lockDuration) = (directory, services, json, lockDuration);

    /// <summary>Takes a step that asks a model; a finished one returns its answer without asking.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">The step's name, unique within the run and the same in each attempt.</param>
    /// <param name="request">What to ask.</param>
    /// <exception cref="TransientStepException">The last try got no answer: a timeout, no connection, a limit of the provider's.</exception>
    /// <exception cref="UnrecoverableError">No other try would help: a bad request or key, an answer that doesn't fit its schema, a budget that is used up.</exception>
    public Task<ChatAnswer> ChatAsync(WorkflowContext context, string name, ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(context, name, request, request.Schema is { } schema ? AnswerForm.Of(schema) : null);
    }

    /// <summary>Asks a model once, for a caller that has a step of its own around it: no checkpoint and no other try, but usage, budget and cache.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="tenantId">Whose run it is.</param>
    /// <param name="step">The caller's step.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="ct">Ends the call.</param>
    /// <inheritdoc cref="ChatAsync(WorkflowContext, string, ChatRequest)" path="/exception"/>
    public Task<ChatAnswer> AskOnceAsync(Guid runId, Guid tenantId, string step, ChatRequest request, CancellationToken ct = default) =>
        AskOnceAsync(runId, tenantId, step, request, model: null, ct);

    internal Task<ChatAnswer> AskOnceAsync(Guid runId, Guid tenantId, string step, ChatRequest request, LanguageModel? model, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Prepare(new Asker(runId, tenantId, step), request, request.Schema is { } schema ? AnswerForm.Of(schema, request.Check) : null, model).OnceAsync(ct);
    }

    /// <summary>Takes a step that asks a model for JSON of this type, whose schema is derived unless the request has one.</summary>
    /// <inheritdoc cref="ChatAsync(WorkflowContext, string, ChatRequest)"/>
    public async Task<ChatAnswer<T>> ChatAsync<T>(WorkflowContext context, string name, ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await AskAsync(context, name, request, AnswerForm.Of<T>(request.Schema, _json)).ConfigureAwait(false);
        return new ChatAnswer<T>(answer, Checkpoints.Read(name, answer.Text, (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T))));
    }

    private Task<ChatAnswer> AskAsync(WorkflowContext context, string name, ChatRequest request, AnswerForm? form)
    {
        ArgumentNullException.ThrowIfNull(context);
        var step = Prepare(new Asker(context.RunId, context.TenantId, context.FullName(name)), request, form);
        return context.StepAsync(name, step.TryAsync, step.Options);
    }

    private ChatStep Prepare(Asker asker, ChatRequest request, AnswerForm? form, LanguageModel? model = null)
    {
        Validate(asker.Step, request);
        return new ChatStep(asker, request, model ?? _directory.Get(request.Connection), form, _services);
    }

    private void Validate(string name, ChatRequest request)
    {
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(request, new ValidationContext(request), faults, validateAllProperties: true))
            throw new UnrecoverableError($"Step '{name}' can't ask: {string.Join(" ", faults.Select(fault => fault.ErrorMessage))}");
        if (request.User is null && request.Earlier.Count == 0)
            throw new UnrecoverableError($"Step '{name}' can't ask: there is no question; set User.");
        if (request.Earlier.FirstOrDefault(message => message.Role is not ("system" or "user" or "assistant")) is { } odd)
            throw new UnrecoverableError($"Step '{name}' can't ask: '{odd.Role}' is no role; use system, user or assistant.");
        if (request.Timeout >= _lockDuration)
            throw new UnrecoverableError($"Step '{name}' can't ask: its timeout is {request.Timeout:g}, but a worker's lock lasts {_lockDuration:g} (Worker:LockDuration); set a shorter timeout.");
    }
}
