using System.Collections.Concurrent;
using System.Text.Json;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Reading;
using WorkflowAspire.Workflows.Definitions.Validation;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>The definitions of all tenants: saved when they are sound, and read once.</summary>
public sealed class WorkflowDefinitions
{
    // A version never changes, so what is read stays true; this only bounds the memory, in characters of definitions.
    private const long MostRead = 50_000_000;

    // One that was accepted has been read in time before; a slower machine must not refuse it now.
    private const int Patience = 5;

    private readonly DefinitionStore _store;
    private readonly DefinitionValidator _validator;
    private readonly ConcurrentDictionary<(Guid, string, int), DefinedWorkflow> _read = [];
    private long _characters;

    private readonly Evaluations _evaluations;

    internal WorkflowDefinitions(DefinitionStore store, DefinitionValidator validator, Evaluations evaluations)
    {
        _evaluations = evaluations;
        _store = store;
        _validator = validator;
    }

    /// <summary>Saves the next version of a definition, unless the newest one says the same.</summary>
    /// <returns>The version that now is the newest, and whether it is new.</returns>
    /// <exception cref="DefinitionRefusedException">It isn't sound.</exception>
    /// <exception cref="EvaluatorsUnavailableException">It can't be read now.</exception>
    public async Task<(StoredDefinition Stored, bool Created)> SaveAsync(Guid tenantId, string name, JsonElement definition, CancellationToken ct = default)
    {
        var (read, errors) = await _validator.ReadAsync(tenantId, name, definition, ct).ConfigureAwait(false);
        if (read is null || errors.Any) throw new DefinitionRefusedException($"The definition of '{name}' can't be accepted.", errors.ToDictionary());
        try
        {
            var saved = await _store.SaveAsync(tenantId, name, definition.GetRawText(), _evaluations.Options.MaxVersions, ct).ConfigureAwait(false);
            if (saved.Created) Keep(saved.Stored, read);
            return saved;
        }
        catch (TooManyVersionsException tooMany)
        {
            throw new DefinitionRefusedException(tooMany.Message, new Dictionary<string, string[]> { [""] = [$"{tooMany.Message} (Definitions:MaxVersions)"] });
        }
    }

    /// <summary>Checks the input of a run against the schema in its definition.</summary>
    /// <exception cref="DefinitionRefusedException">It doesn't fit; the errors' pointers begin at the input. Or the definition can't be used any more.</exception>
    /// <exception cref="EvaluatorsUnavailableException">That can't be checked now.</exception>
    public async Task CheckInputAsync(StoredDefinition definition, JsonElement? input, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var (errors, value) = (new Faults(), input ?? JsonElement.Parse("null"));
        BrokenText.Check(value, "", errors);
        if (!errors.Any && (await GetReadAsync(definition, ct).ConfigureAwait(false)).Input is { } schema)
            errors.Add("", await schema.CheckAsync(definition.TenantId, value, _evaluations, ct).ConfigureAwait(false));
        if (errors.Any) throw new DefinitionRefusedException($"The input doesn't fit workflow '{definition.Name}' (version {definition.Version}): {errors}", errors.ToDictionary());
    }

    internal async Task<(StoredDefinition Stored, DefinedWorkflow Workflow)> GetAsync(Guid tenantId, string name, int version, CancellationToken ct)
    {
        var stored = await _store.FindAsync(tenantId, name, version, ct).ConfigureAwait(false)
            ?? throw new UnknownWorkflowException($"Tenant {tenantId} has no definition '{name}' of version {version}; it was removed from the database.");
        try
        {
            return (stored, await GetReadAsync(stored, ct).ConfigureAwait(false));
        }
        catch (DefinitionRefusedException refused)
        {
            // A worker of another version may be able to.
            throw new UnknownWorkflowException(refused.Message, refused);
        }
    }

    private async Task<DefinedWorkflow> GetReadAsync(StoredDefinition stored, CancellationToken ct)
    {
        if (_read.TryGetValue((stored.TenantId, stored.Name, stored.Version), out var known)) return known;
        var errors = new Faults();
        var read = await _validator.ReadAsync(stored.TenantId, Parse(stored), errors, ct, Patience).ConfigureAwait(false);
        if (read is null || errors.Any)
            throw new DefinitionRefusedException($"Definition '{stored.Name}' (version {stored.Version}) can't be used by this version of the product; save it anew with these corrected: {errors}");
        Keep(stored, read);
        return read;
    }

    private static JsonElement Parse(StoredDefinition stored)
    {
        try
        {
            return JsonElement.Parse(stored.Definition);
        }
        catch (JsonException error)
        {
            throw new DefinitionRefusedException($"Definition '{stored.Name}' (version {stored.Version}) can't be read as JSON; save it anew: {error.Message}");
        }
    }

    private void Keep(StoredDefinition stored, DefinedWorkflow read)
    {
        if (Interlocked.Add(ref _characters, stored.Definition.Length) > MostRead)
        {
            _read.Clear();
            Interlocked.Exchange(ref _characters, 0);
        }

        _read[(stored.TenantId, stored.Name, stored.Version)] = read;
    }
}
