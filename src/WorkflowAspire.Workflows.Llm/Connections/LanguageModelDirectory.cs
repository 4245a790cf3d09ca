using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>The configured models, each with one client for the life of the process.</summary>
internal sealed class LanguageModelDirectory : IDisposable
{
    private readonly FrozenDictionary<string, LanguageModel> _models;

    public LanguageModelDirectory(IOptions<LanguageModelsOptions> options, TimeProvider time, ILoggerFactory loggers) =>
        _models = options.Value.Models.ToFrozenDictionary(
            model => model.Key,
            model =>
            {
                var endpoint = ModelEndpoint.Parse(model.Value.ConnectionString, model.Value.Provider);
                return new LanguageModel(model.Key, model.Value, endpoint, ProviderClient.Create(endpoint, model.Value.MaxResponseBytes, time, loggers));
            },
            StringComparer.OrdinalIgnoreCase);

    /// <exception cref="UnrecoverableError">There is none of this name.</exception>
    public LanguageModel Get(string name) => _models.TryGetValue(name, out var model)
        ? model
        : throw new UnrecoverableError(
            $"No language model is named '{name}'; this worker has: {(string.Join(", ", _models.Keys.Order(StringComparer.Ordinal)) is { Length: > 0 } names ? names : "none")}. Configure LanguageModels:{name}.");

    public void Dispose()
    {
        foreach (var model in _models.Values) model.Dispose();
    }
}
