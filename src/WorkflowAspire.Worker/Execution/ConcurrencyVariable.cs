using System.Globalization;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Worker.Execution;

/// <summary>The runbook's <c>WORKER_CONCURRENCY</c>, which overrides the configuration section.</summary>
internal sealed class ConcurrencyVariable(IConfiguration configuration) : IConfigureOptions<ExecutionOptions>
{
    private const string Variable = "WORKER_CONCURRENCY";

    public void Configure(ExecutionOptions options)
    {
        if (configuration[Variable] is not { Length: > 0 } value) return;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var concurrency) || concurrency is < 1 or > 10_000)
        {
            throw new OptionsValidationException(Variable, typeof(ExecutionOptions),
                [$"{Variable} is '{value}'; set it to a whole number from 1 to 10000, or leave it out for 100."]);
        }

        options.Concurrency = concurrency;
    }
}
