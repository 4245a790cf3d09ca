using WorkflowAspire.Workflows.Definitions.LanguageModels;

namespace WorkflowAspire.Workflows.Llm.Declared;

/// <summary>Asks models for the <c>llm</c> steps of definitions, which bring the step themselves.</summary>
internal sealed class DeclaredModels(LanguageModels models, TenantConnections tenants) : ILanguageModelSteps
{
    public async Task<LanguageModelAnswer> AskAsync(LanguageModelRequest request, CancellationToken cancellationToken)
    {
        var chat = new ChatRequest
        {
            Connection = request is { IsConnectionString: false, Connection: { } name } ? name : "default",
            Model = request.Model,
            Earlier = [.. request.Messages.Select(message => new EarlierMessage(message.Role, message.Content))],
            Schema = request.Schema,
            Check = request.Check,
            Temperature = (float?)request.Temperature,
            MaxTokens = request.MaxTokens,
        };
        var model = request is { IsConnectionString: true, Connection: { } connectionString } ? tenants.Get(request.TenantId, connectionString, request.ConnectionHosts) : null;
        var answer = await models.AskOnceAsync(request.RunId, request.TenantId, request.Step, chat, model, cancellationToken).ConfigureAwait(false);
        return new LanguageModelAnswer(answer.Text, new LanguageModelUsage(answer.InputTokens, answer.OutputTokens, answer.Cost));
    }
}
