namespace WorkflowAspire.Bench;

/// <summary>One figure that a round found.</summary>
/// <param name="Name">What it is, with its unit; the same for both subjects.</param>
/// <param name="Value">The figure.</param>
/// <param name="Better">Which figures are better.</param>
internal sealed record Measure(string Name, double Value, Better Better);

internal enum Better
{
    More,
    Less,

    /// <summary>Neither: the figure explains others.</summary>
    None,
}
