using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>What one tenant may have of all workers together; configuration section <c>Worker:Tenants</c>. Every worker needs the same.</summary>
internal sealed class FairnessOptions : TenantOptions, IValidatableObject
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Worker:Tenants";

    /// <summary>Limits of single tenants, by their id. They stand in place of all of the above: what one leaves out is unlimited.</summary>
    [Required]
    public Dictionary<string, TenantOptions> Overrides { get; set; } = [];

    /// <summary>How long a parked run sleeps at most when nobody wakes it; up to a fifth less or more.</summary>
    /// <value>Default 30 seconds. Whoever gives back a place wakes the next one at once; this heals what a crash left undone.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan FallbackDelay { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (tenant, limits) in Overrides)
        {
            if (!Guid.TryParse(tenant, out _)) yield return new ValidationResult($"Overrides has '{tenant}', which is no tenant's id; use a UUID.");
            var failures = new List<ValidationResult>();
            if (Validator.TryValidateObject(limits, new ValidationContext(limits), failures, validateAllProperties: true)) continue;
            foreach (var failure in failures) yield return new ValidationResult($"Overrides:{tenant}: {failure.ErrorMessage}");
        }
    }
}

[OptionsValidator]
internal sealed partial class FairnessOptionsValidator : IValidateOptions<FairnessOptions>;
