using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Definitions.Reading;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Definitions.Templates;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Asks a large language model.</summary>
internal sealed class LanguageModelStep : DefinedStep
{
    private readonly JsonElement? _connection;
    private readonly string? _model;
    private readonly List<(string Role, Template? Content)> _messages = [];
    private readonly JsonElement? _schema;
    private readonly Schema? _checked;
    private readonly double? _temperature;
    private readonly int? _maxTokens;
    private readonly StepOptions _options;

    public LanguageModelStep(StepReader reader)
        : base(reader)
    {
        (_connection, _model, _schema) = (reader.Json("connection"), reader.Text("model"), reader.Json("schema"));
        (_temperature, _maxTokens) = (reader.Json("temperature")?.GetDouble(), reader.Integer("maxTokens"));
        if (reader.Has("system")) _messages.Add(("system", reader.Liquid("system")));
        if (reader.Json("messages") is { } messages)
        {
            foreach (var (index, message) in messages.EnumerateArray().Index())
                _messages.Add((message.GetProperty("role").GetString()!, reader.Liquid(message.GetProperty("content"), $"{reader.Place("messages")}/{index}/content")));
        }

        if (reader.Has("prompt")) _messages.Add(("user", reader.Liquid("prompt")));
        if (reader.Has("prompt") == reader.Has("messages")) reader.Refuse("prompt", "An llm step needs either 'prompt' or 'messages'; give one of them.");
        if (_schema is { } schema) _checked = reader.CheckSchema("schema", schema);
        var endpoint = _connection switch
        {
            { ValueKind: JsonValueKind.String } name => name.GetString(),
            { ValueKind: JsonValueKind.Object } secret => $"secret {secret.GetProperty("secret").GetString()}",
            _ => "default",
        };
        _options = reader.Options(StepKind.Llm) with { Endpoint = endpoint, PerTenant = true };
    }

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling) => run.Context.StepAsync(Id, ct => AskAsync(run, ct), _options);

    private async Task<JsonElement> AskAsync(StepRun run, CancellationToken ct)
    {
        var models = run.Services.LanguageModels
            ?? throw new UnrecoverableError($"Step '{Id}': this worker has no language models; register an ILanguageModelSteps where it starts.");
        var texts = await run.RenderAsync([.. _messages.Select(message => message.Content!)], Id, ct).ConfigureAwait(false);
        var messages = _messages.Zip(texts, (message, text) => new LanguageModelMessage(message.Role, text)).ToList();
        var secret = _connection is { ValueKind: JsonValueKind.Object } named ? named.GetProperty("secret").GetString() : null;
        var secrets = await ResolvedSecrets.FindAsync(run.Services.Secrets, run.Context.TenantId, secret is null ? [] : [secret], $"Step '{Id}'", ct).ConfigureAwait(false);
        var connection = secret is null ? _connection?.GetString() : secrets[secret];
        try
        {
            var answer = await models.AskAsync(
                new LanguageModelRequest(run.Context.TenantId, run.Context.RunId, run.Context.FullName(Id), connection, secret is not null, _model, messages, _schema, _temperature, _maxTokens)
                {
                    Check = _checked is { } schema ? (json, token) => schema.CheckAsync(run.Context.TenantId, json, run.Services.Evaluations, token) : null,
                    ConnectionHosts = secret is null ? null : secrets.HostsOf(secret),
                },
                ct).ConfigureAwait(false);
            var text = secrets.Redact(TextOf(answer));
            return JsonSerializer.SerializeToElement(new Dictionary<string, object?> { ["text"] = text, ["json"] = await ReadAsync(run, text, ct).ConfigureAwait(false), ["usage"] = answer.Usage }, JsonSerializerOptions.Web);
        }
        catch (Exception error) when (!ct.IsCancellationRequested && secrets.Redact(error) is var clean && !ReferenceEquals(clean, error))
        {
            throw clean;
        }
    }

    // Whoever asks the models may be anybody's code, and the checkpoint is shown and read again.
    private string TextOf(LanguageModelAnswer? answer)
    {
        if (answer?.Text is not { } text) throw new TransientStepException($"Step '{Id}': the model's answer is missing; what asks the models gave null.");
        return AcceptedJson.FindFault(text) is { } fault ? throw new UnrecoverableError($"Step '{Id}': the model's answer can't be kept. {fault}") : text;
    }

    // A model that answered badly once may answer well the next time, so this passes.
    private async Task<JsonElement?> ReadAsync(StepRun run, string text, CancellationToken ct)
    {
        if (_schema is null) return null;
        JsonElement json;
        try
        {
            json = JsonElement.Parse(text);
        }
        catch (JsonException error)
        {
            throw new TransientStepException($"Step '{Id}': the model's answer is not JSON: {error.Message}", error);
        }

        if (AcceptedJson.FindFault(json) is var (pointer, fault))
            throw new TransientStepException($"Step '{Id}': the model's answer can't be kept{(pointer.Length > 0 ? $" ({pointer})" : "")}. {fault}");
        var faults = await _checked!.CheckAsync(run.Context.TenantId, json, run.Services.Evaluations, ct).ConfigureAwait(false);
        return faults.Count > 0 ? throw new TransientStepException($"Step '{Id}': the model's answer doesn't fit the schema: {Faults.Describe(faults)}") : json;
    }
}
