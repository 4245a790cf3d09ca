using System.Text.Json;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Definitions.Reading;
using WorkflowAspire.Workflows.Definitions.Steps;
using WorkflowAspire.Workflows.Definitions.Validation;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>Says what is wrong with a definition before it is kept.</summary>
public sealed class DefinitionValidator
{
    private readonly DefinitionStore _store;
    private readonly WorkflowDirectory _workflows;
    private readonly Evaluations _evaluations;
    private readonly ILanguageModelSteps? _languageModels;

    internal DefinitionValidator(DefinitionStore store, WorkflowDirectory workflows, Evaluations evaluations, ILanguageModelSteps? languageModels)
    {
        _evaluations = evaluations;
        _store = store;
        _workflows = workflows;
        _languageModels = languageModels;
    }

    /// <summary>What is wrong, by the JSON pointer of the place to mend; empty where nothing is.</summary>
    /// <param name="tenantId">Whose definition it is.</param>
    /// <param name="name">The name under which it is to be saved.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="EvaluatorsUnavailableException">It can't be read now.</exception>
    public async Task<IReadOnlyDictionary<string, string[]>> ValidateAsync(Guid tenantId, string name, JsonElement definition, CancellationToken ct = default) =>
        (await ReadAsync(tenantId, name, definition, ct).ConfigureAwait(false)).Errors.ToDictionary();

    internal async Task<(DefinedWorkflow? Read, Faults Errors)> ReadAsync(Guid tenantId, string name, JsonElement definition, CancellationToken ct)
    {
        var errors = new Faults();
        var read = await ReadAsync(tenantId, definition, errors, ct).ConfigureAwait(false);
        if (read is null) return (null, errors);
        if (definition.GetProperty("name").GetString() is var own && own != name)
            errors.Add("/name", $"The definition names itself '{own}' and is saved as '{name}'; make both the same.");
        foreach (var ask in _languageModels is null ? read.AllSteps.OfType<LanguageModelStep>() : [])
            errors.Add(ask.Pointer, $"Step '{ask.Id}' asks a language model, and none is registered in this service; add one (ILanguageModelSteps), or remove the step.");
        foreach (var (place, workflow) in read.Children)
        {
            if (workflow == name || await _workflows.ExistsAsync(workflow, ct).ConfigureAwait(false) || await _store.FindAsync(tenantId, workflow, ct: ct).ConfigureAwait(false) is not null) continue;
            errors.Add(place, $"There is no workflow '{workflow}': no worker has published one, and the tenant has no definition of that name; save it first.");
        }

        return (read, errors);
    }

    /// <summary>Reads a definition; null where it doesn't fit the schema.</summary>
    /// <param name="tenantId">Whose it is.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="patience">How many times as long as usual it may take.</param>
    internal async Task<DefinedWorkflow?> ReadAsync(Guid tenantId, JsonElement definition, Faults errors, CancellationToken ct, int patience = 1)
    {
        BrokenText.Check(definition, "", errors);
        if (errors.Any) return null;
        errors.Add("", await DefinitionSchema.Schema.CheckAsync(tenantId, definition, _evaluations, ct, patience).ConfigureAwait(false));
        if (errors.Any) return null;
        var readings = new Readings(_evaluations.Options);
        DefinitionReader.Read(definition, readings, new Faults());
        await readings.ReadAsync(tenantId, _evaluations, patience, ct).ConfigureAwait(false);
        return DefinitionReader.Read(definition, readings, errors);
    }
}
