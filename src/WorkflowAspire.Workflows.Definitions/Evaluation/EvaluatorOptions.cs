using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>The processes in which tenants' texts are read and evaluated.</summary>
public sealed class EvaluatorOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Definitions:Evaluators";

    /// <summary>How many evaluators there may be; a second one and more are started when they are needed.</summary>
    /// <value>Default 0: one more than the machine has processors, 8 at most. One tenant has at most all but one at the same time.</value>
    [Range(0, 256)]
    public int Processes { get; set; }

    /// <summary>Bytes of heap that an evaluator may have: what needs more fails. The process has some 60 MB beside it.</summary>
    /// <value>Default 256 MB.</value>
    [Range(64_000_000, 8_000_000_000)]
    public long MaxHeap { get; set; } = 256_000_000;

    /// <summary>How long a text may wait for an evaluator that is free.</summary>
    /// <value>Default 30 seconds; after that a request is answered with 503, and a step is tried again.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan WaitLimit { get; set; } = TimeSpan.FromSeconds(30);

    internal int Most => Processes > 0 ? Processes : Math.Min(8, Environment.ProcessorCount + 1);
}
