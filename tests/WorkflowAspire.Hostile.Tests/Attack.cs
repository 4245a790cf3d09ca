namespace WorkflowAspire.Hostile.Tests;

/// <summary>What one stranger sends: a definition, inputs for runs of it, and what a signal carries. All of it as bytes of a body would read.</summary>
internal sealed record Attack(string Definition, string[] Inputs, string Signal)
{
    /// <summary>How many inputs it counts for.</summary>
    public int Size => 2 + Inputs.Length;

    public override string ToString() => $"definition {Definition}\ninputs {string.Join('\n', Inputs)}\nsignal {Signal}";
}
