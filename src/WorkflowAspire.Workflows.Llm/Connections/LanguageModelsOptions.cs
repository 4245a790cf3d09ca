using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>All language models, by name: those of section <c>LanguageModels</c>, and connection strings that name a provider.</summary>
internal sealed class LanguageModelsOptions
{
    public const string Section = "LanguageModels";

    public Dictionary<string, LanguageModelOptions> Models { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Reads the models from configuration.</summary>
internal sealed class LanguageModelsConfiguration(IConfiguration configuration) : IConfigureOptions<LanguageModelsOptions>
{
    public void Configure(LanguageModelsOptions options)
    {
        foreach (var section in configuration.GetSection(LanguageModelsOptions.Section).GetChildren())
        {
            var model = section.Get<LanguageModelOptions>() ?? new LanguageModelOptions();
            model.ConnectionString ??= configuration.GetConnectionString(section.Key);
            options.Models[section.Key] = model;
        }

        foreach (var connection in configuration.GetSection("ConnectionStrings").GetChildren())
        {
            if (NamesProvider(connection.Value)) options.Models.TryAdd(connection.Key, new LanguageModelOptions { ConnectionString = connection.Value });
        }
    }

    /// <summary>Whether a connection string is one of a model that says so itself.</summary>
    public static bool NamesProvider(string? connectionString)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connectionString }.TryGetValue("Provider", out var provider)
                && provider.ToString() is { } name
                && (name.Equals("openai", StringComparison.OrdinalIgnoreCase) || name.Equals("ollama", StringComparison.OrdinalIgnoreCase));
        }
        catch (ArgumentException)
        {
            // Redis' connection string, for example, has another form.
            return false;
        }
    }
}

/// <summary>Refuses models that couldn't be called, or whose calls could outlast a job's lock.</summary>
internal sealed class LanguageModelsValidator(IConfiguration configuration) : IValidateOptions<LanguageModelsOptions>
{
    public ValidateOptionsResult Validate(string? name, LanguageModelsOptions options)
    {
        var lockDuration = LockDuration(configuration);
        var faults = options.Models.SelectMany(model => Faults(model.Value, lockDuration).Select(fault => $"Language model '{model.Key}': {fault}")).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>How long a worker of this configuration owns a run without a renewal.</summary>
    public static TimeSpan LockDuration(IConfiguration configuration) =>
        TimeSpan.TryParse(configuration["Worker:LockDuration"], CultureInfo.InvariantCulture, out var duration) ? duration : TimeSpan.FromMinutes(5);

    private static IEnumerable<string> Faults(LanguageModelOptions model, TimeSpan lockDuration)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(model, new ValidationContext(model), results, validateAllProperties: true);
        foreach (var result in results) yield return result.ErrorMessage!;
        if (model.Timeout >= lockDuration)
            yield return $"its Timeout is {model.Timeout:g}, but a worker's lock lasts {lockDuration:g} (Worker:LockDuration); set a shorter timeout.";
        if (EndpointFault(model) is { } fault) yield return fault;
    }

    private static string? EndpointFault(LanguageModelOptions model)
    {
        try
        {
            ModelEndpoint.Parse(model.ConnectionString, model.Provider);
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }
}
