using Microsoft.Extensions.Configuration;
using WorkflowAspire.Workflows.Llm.Connections;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>Tells what is configured, for what is registered only with a model.</summary>
public static class LanguageModelSettings
{
    extension(IConfiguration configuration)
    {
        /// <summary>Whether a language model of this name is configured, rightly or not.</summary>
        public bool HasLanguageModel(string name) =>
            configuration.GetSection($"{LanguageModelsOptions.Section}:{name}").Exists() || LanguageModelsConfiguration.NamesProvider(configuration.GetConnectionString(name));
    }
}
