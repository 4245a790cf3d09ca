using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What a job has as the child of another.
public sealed partial record JobOptions
{
    /// <summary>The job that waits for this one; null for none. A flow's producer sets it for children.</summary>
    public ParentOptions? Parent { get; init; }

    /// <summary>The parent fails as soon as a worker takes it, once this job has failed for good.</summary>
    /// <value>Default false. At most one of the four rules for a failed child may be chosen.</value>
    [JsonPropertyName("fpof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FailParentOnFailure { get; init; }

    /// <summary>The parent starts at once, whatever other children it waits for, once this job has failed for good.</summary>
    /// <value>Default false. At most one of the four rules for a failed child may be chosen.</value>
    [JsonPropertyName("cpof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ContinueParentOnFailure { get; init; }

    /// <summary>The parent goes on without this job once it has failed for good, and can read why: <see cref="Job.GetIgnoredChildrenFailuresAsync"/>.</summary>
    /// <value>Default false. At most one of the four rules for a failed child may be chosen.</value>
    [JsonPropertyName("idof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IgnoreDependencyOnFailure { get; init; }

    /// <summary>The parent goes on as if this job had never been, once it has failed for good.</summary>
    /// <value>Default false. At most one of the four rules for a failed child may be chosen.</value>
    [JsonPropertyName("rdof"), JsonConverter(typeof(FlagConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RemoveDependencyOnFailure { get; init; }

    private void ValidateFlow()
    {
        Parent?.Validate(nameof(Parent));
        if (!(FailParentOnFailure || ContinueParentOnFailure || IgnoreDependencyOnFailure || RemoveDependencyOnFailure)) return;
        (string Name, bool IsChosen)[] rules =
        [
            (nameof(FailParentOnFailure), FailParentOnFailure), (nameof(ContinueParentOnFailure), ContinueParentOnFailure),
            (nameof(IgnoreDependencyOnFailure), IgnoreDependencyOnFailure), (nameof(RemoveDependencyOnFailure), RemoveDependencyOnFailure),
        ];
        var chosen = rules.Where(rule => rule.IsChosen).Select(rule => rule.Name).ToArray();
        if (chosen.Length > 1) throw new ArgumentException($"A failed child has one rule at most; got {string.Join(" and ", chosen)}.", chosen[1]);
    }

    // One rule at most: that of the defaults counts only where there is none.
    private JobOptions WithRuleOf(JobOptions defaults) =>
        FailParentOnFailure || ContinueParentOnFailure || IgnoreDependencyOnFailure || RemoveDependencyOnFailure ? this : this with
        {
            FailParentOnFailure = defaults.FailParentOnFailure,
            ContinueParentOnFailure = defaults.ContinueParentOnFailure,
            IgnoreDependencyOnFailure = defaults.IgnoreDependencyOnFailure,
            RemoveDependencyOnFailure = defaults.RemoveDependencyOnFailure,
        };
}
