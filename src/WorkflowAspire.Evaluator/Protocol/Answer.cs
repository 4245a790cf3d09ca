namespace WorkflowAspire.Evaluator.Protocol;

/// <summary>How a task ended.</summary>
internal enum Outcome : byte
{
    /// <summary>Well: the payload is the result.</summary>
    Done,

    /// <summary>The text is at fault, or what it computes fails: the payload says why, in words.</summary>
    Faulty,

    /// <summary>It executes too many statements.</summary>
    Statements,

    /// <summary>It nests too deeply.</summary>
    Depth,

    /// <summary>It took too long.</summary>
    Time,

    /// <summary>It needs too much memory.</summary>
    Memory,

    /// <summary>Its result is too large.</summary>
    Output,
}

/// <summary>What became of a task.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Payload">The result as UTF-8 (JSON, or text for templates), or the reason.</param>
internal readonly record struct Answer(Outcome Outcome, ReadOnlyMemory<byte> Payload)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Payload.Span);
}

/// <summary>What stands before an answer's payload.</summary>
[Flags]
internal enum AnswerFlags : byte
{
    None = 0,

    /// <summary>No other answer to this assignment follows.</summary>
    Last = 1,

    /// <summary>The evaluator ends itself and takes no other assignment.</summary>
    Leaving = 2,
}
