using System.Text.Json;
using Microsoft.Extensions.AI;
using WorkflowAspire.Workflows.Http;
using WorkflowAspire.Workflows.Llm.Answers;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Calls;

/// <summary>One question and its answer: within the tenant's budget, and on its bill.</summary>
internal sealed class ChatTurn(Asker asker, ChatRequest request, LanguageModel model, JsonElement? schema, ChatServices services)
{
    // What an answer may have where nobody says how long it may be.
    private const int UsualAnswer = 1024;

    public string Model { get; } = request.Model ?? model.Endpoint.Model;

    /// <summary>The messages of the first turn.</summary>
    public List<ChatMessage> Opening()
    {
        var system = request.System;
        if (schema is { } form && model.Options.JsonOutput != JsonOutput.Schema)
            system = $"{system}\n\nAnswer with JSON that fits this JSON schema, and nothing else:\n{form.GetRawText()}".TrimStart();
        var messages = new List<ChatMessage>();
        if (!string.IsNullOrEmpty(system)) messages.Add(new ChatMessage(ChatRole.System, system));
        messages.AddRange(request.Earlier.Select(message => new ChatMessage(new ChatRole(message.Role), message.Text)));
        if (request.User is { } question) messages.Add(new ChatMessage(ChatRole.User, question));
        return messages;
    }

    /// <exception cref="ModelFailure">There is no answer, or none that can be used.</exception>
    public async Task<ChatAnswer> TakeAsync(IReadOnlyList<ChatMessage> messages, CancellationToken ct)
    {
        var sent = Tokens(messages.Sum(message => message.Text.Length));
        var reservation = await services.Budgets.ReserveAsync(
            asker.TenantId, model.IsTenants, sent + (request.MaxTokens ?? UsualAnswer), request.Timeout ?? model.Options.Timeout, ct).ConfigureAwait(false);
        var used = 0L;
        try
        {
            var response = await CallAsync(messages, ct).ConfigureAwait(false);
            var input = response.Usage?.InputTokenCount ?? sent;
            var output = response.Usage?.OutputTokenCount ?? Tokens(response.Text.Length);
            used = input + output;
            var cost = model.Options.CostOf(input, output);
            services.Telemetry.Answered(Model, input, output, cost);
            var answer = Guid.CreateVersion7();
            await services.Bookkeeping.ExecuteAsync(
                async token => await services.Usage.RecordAsync(answer, asker.RunId, asker.TenantId, asker.Step, Model, input, output, cost, token).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            var text = Thoughts.Without(response.Text);
            ThrowUnlessUsable(response, text, output);
            return new ChatAnswer(text, response.ModelId ?? Model, input, output, cost, response.FinishReason?.Value, FromCache: false);
        }
        finally
        {
            if (reservation is not null)
            {
                await services.Bookkeeping.ExecuteAsync(
                    async token => await services.Budgets.SettleAsync(reservation, used, token).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task<ChatResponse> CallAsync(IReadOnlyList<ChatMessage> messages, CancellationToken ct)
    {
        try
        {
            return request.Stream
                ? await StreamAsync(messages, ct).ConfigureAwait(false)
                : await model.Client.GetResponseAsync(messages, Options(), ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (ModelFailure or OperationCanceledException))
        {
            throw CallFailure.Describe(error, model.Endpoint.Redact);
        }
    }

    private async Task<ChatResponse> StreamAsync(IReadOnlyList<ChatMessage> messages, CancellationToken ct)
    {
        var progress = new AnswerProgress(asker, services);
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in model.Client.GetStreamingResponseAsync(messages, Options(), ct).ConfigureAwait(false))
        {
            updates.Add(update);
            await progress.AddAsync(update.Text.Length, ct).ConfigureAwait(false);
        }

        var response = updates.ToChatResponse();
        // A stream that was cut at the end of a line is no error to the client.
        if (response.FinishReason is null) throw ModelFailure.Passing($"the connection broke off after {response.Text.Length} characters of the answer");
        await progress.EndAsync(ct).ConfigureAwait(false);
        return response;
    }

    private ChatOptions Options() => new()
    {
        ModelId = request.Model,
        Temperature = request.Temperature,
        MaxOutputTokens = request.MaxTokens,
        ResponseFormat = schema is not { } form ? null : model.Options.JsonOutput switch
        {
            JsonOutput.Schema => ChatResponseFormat.ForJsonSchema(form, "answer"),
            JsonOutput.Json => ChatResponseFormat.Json,
            _ => null,
        },
    };

    private void ThrowUnlessUsable(ChatResponse response, string text, long output)
    {
        if (response.FinishReason == ChatFinishReason.ContentFilter) throw ModelFailure.Final("the provider's content filter withheld the answer");
        if (response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().FirstOrDefault() is { } refusal)
            throw ModelFailure.Final($"the model refused to answer: {Excerpt.Of(model.Endpoint.Redact(refusal.Message))}");
        if (text.Length > 0) return;
        // It would think as long the next time.
        if (response.FinishReason == ChatFinishReason.Length)
            throw ModelFailure.Final($"the answer is empty: it was cut after {output} tokens, before it began (finish reason length); raise MaxTokens (maxTokens in a definition)");
        throw ModelFailure.Passing($"the answer is empty (finish reason {response.FinishReason?.Value ?? "unknown"})");
    }

    // About four characters make a token; only a guess for where the provider doesn't count.
    private static long Tokens(int characters) => (characters + 3) / 4;
}
