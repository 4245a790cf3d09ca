using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Llm.Budgets;

/// <summary>When a budget begins anew, in UTC.</summary>
internal enum BudgetWindow
{
    Day,
    Month,
}

/// <summary>How many tokens a tenant may use in a window; configuration section <c>TokenBudgets:&lt;tenantId or default&gt;</c>.</summary>
internal sealed class TokenBudget
{
    [Range(0, long.MaxValue)]
    public long Tokens { get; set; }

    [EnumDataType(typeof(BudgetWindow))]
    public BudgetWindow Window { get; set; }

    /// <summary>Whether calls count that the tenant pays for itself, with a connection string of its own.</summary>
    /// <value>Default false: a budget guards the bill of whoever configures the models.</value>
    public bool OwnConnections { get; set; }

    public (DateTimeOffset Start, DateTimeOffset End) WindowAt(DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (Window == BudgetWindow.Day) return (day, day.AddDays(1));
        var month = day.AddDays(1 - day.Day);
        return (month, month.AddMonths(1));
    }
}

/// <summary>All budgets.</summary>
internal sealed class TokenBudgetOptions
{
    public const string Section = "TokenBudgets";

    /// <summary>The budget of each tenant that has none of its own.</summary>
    public TokenBudget? Default { get; set; }

    public Dictionary<Guid, TokenBudget> Tenants { get; } = [];

    /// <summary>What is no budget.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>A tenant's budget; null for none.</summary>
    public TokenBudget? Of(Guid tenantId) => Tenants.GetValueOrDefault(tenantId, Default!);
}

/// <summary>Reads the budgets from configuration.</summary>
internal sealed class TokenBudgetConfiguration(IConfiguration configuration) : IConfigureOptions<TokenBudgetOptions>
{
    public void Configure(TokenBudgetOptions options)
    {
        foreach (var section in configuration.GetSection(TokenBudgetOptions.Section).GetChildren())
        {
            if (Read(section, options.Faults) is not { } budget) continue;
            if (section.Key.Equals("default", StringComparison.OrdinalIgnoreCase)) options.Default = budget;
            else if (Guid.TryParse(section.Key, out var tenant)) options.Tenants[tenant] = budget;
            else options.Faults.Add($"{section.Path}: '{section.Key}' is neither a tenant's id (a UUID) nor default.");
        }
    }

    private static TokenBudget? Read(IConfigurationSection section, List<string> faults)
    {
        try
        {
            if (section["Tokens"] is null) throw new InvalidOperationException("it has no Tokens.");
            var budget = section.Get<TokenBudget>()!;
            Validator.ValidateObject(budget, new ValidationContext(budget), validateAllProperties: true);
            return budget;
        }
        catch (Exception error) when (error is InvalidOperationException or ValidationException)
        {
            faults.Add($"{section.Path}: {error.Message} Set Tokens to a whole number, Window to day or month, and OwnConnections, if at all, to true or false.");
            return null;
        }
    }
}

/// <summary>Stops the start where a budget can't be read: no budget would be the wrong one.</summary>
internal sealed class TokenBudgetValidator : IValidateOptions<TokenBudgetOptions>
{
    public ValidateOptionsResult Validate(string? name, TokenBudgetOptions options) =>
        options.Faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Faults);
}
