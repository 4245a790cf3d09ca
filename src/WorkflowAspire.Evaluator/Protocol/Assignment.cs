namespace WorkflowAspire.Evaluator.Protocol;

/// <summary>What is to be done with a text.</summary>
internal enum Purpose : byte
{
    /// <summary>Parse it and say what it refers to.</summary>
    Read,

    /// <summary>Evaluate it over the data; for a schema: check the data.</summary>
    Evaluate,

    /// <summary>Evaluate it, and say only whether the value is truthy.</summary>
    Decide,
}

/// <summary>One thing to do.</summary>
internal readonly record struct Work(Purpose Purpose, TenantText Text);

/// <summary>What an evaluator is asked to do in one round trip.</summary>
/// <param name="Tasks">What to do, in this order; after the first failure of an evaluation the rest is left.</param>
/// <param name="Data">What the texts see, as JSON in UTF-8.</param>
/// <param name="Limits">What each task may use.</param>
/// <param name="Now">The time that templates see.</param>
/// <param name="OnlyIfFirst">Whether the rest is left where the first, which decides, says no.</param>
internal sealed record Assignment(IReadOnlyList<Work> Tasks, ReadOnlyMemory<byte> Data, Limits Limits, DateTimeOffset Now, bool OnlyIfFirst = false);

/// <summary>What one task may use.</summary>
/// <param name="Time">Processor time; for reading, that of all tasks together.</param>
/// <param name="Allocations">Bytes that a script may allocate.</param>
/// <param name="Statements">Statements of a script, steps of a template.</param>
/// <param name="Recursion">How deep calls may nest.</param>
/// <param name="Output">Bytes of its result.</param>
internal readonly record struct Limits(TimeSpan Time, long Allocations, int Statements, int Recursion, int Output);
