using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows;

/// <summary>What one run and one tenant may ask of the store; configuration section <c>RunLimits</c>. Sizes are bytes of JSON in UTF-8.</summary>
public sealed class RunLimits
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "RunLimits";

    /// <summary>Bytes of a run's input, whoever submits it.</summary>
    /// <value>Default 8 MB: a megabyte of text may take six in JSON.</value>
    [Range(100, 100_000_000)]
    public int MaxInput { get; set; } = 8_388_608;

    /// <summary>Bytes of the output of one step; of what a signal carries and a child gives, too.</summary>
    /// <value>Default 8 MB.</value>
    [Range(100, 100_000_000)]
    public int MaxStepOutput { get; set; } = 8_388_608;

    /// <summary>Bytes of the outputs of all steps of a run together.</summary>
    /// <value>Default 64 MB.</value>
    [Range(100, 1_000_000_000)]
    public int MaxStepOutputs { get; set; } = 67_108_864;

    /// <summary>Bytes of a run's own output.</summary>
    /// <value>Default 8 MB.</value>
    [Range(100, 100_000_000)]
    public int MaxRunOutput { get; set; } = 8_388_608;

    /// <summary>Steps, waits, signals, children and loops of a run.</summary>
    /// <value>Default 10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxSteps { get; set; } = 10_000;

    /// <summary>Runs that one run may start.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 1_000_000)]
    public int MaxChildren { get; set; } = 1_000;

    /// <summary>How deep runs may start runs: a run that nobody started is at 0.</summary>
    /// <value>Default 10.</value>
    [Range(0, 100)]
    public int MaxChildDepth { get; set; } = 10;

    /// <summary>Signals that may be sent to a run.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 1_000_000)]
    public int MaxSignals { get; set; } = 1_000;

    /// <summary>Runs of a tenant that have not ended, children included. Counted anew every few seconds, so a crowd may get a little further.</summary>
    /// <value>Default 10,000.</value>
    [Range(1, 10_000_000)]
    public int MaxUnfinishedRuns { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class RunLimitsValidator : IValidateOptions<RunLimits>;
