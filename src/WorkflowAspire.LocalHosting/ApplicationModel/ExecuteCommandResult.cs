namespace Aspire.Hosting.ApplicationModel;

/// <summary>What became of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it did what it should.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was called off.</summary>
    public bool Canceled { get; init; }

    /// <summary>Why it did not do what it should.</summary>
    public string? Message { get; init; }

    /// <summary>What it has to show.</summary>
    public CommandResultData? Data { get; init; }
}

/// <summary>What a command has to show.</summary>
public sealed class CommandResultData
{
    /// <summary>The text.</summary>
    public required string Value { get; init; }

    /// <summary>Its form.</summary>
    public CommandResultFormat Format { get; init; }
}

/// <summary>The form of a command's result.</summary>
public enum CommandResultFormat
{
    /// <summary>Text.</summary>
    Text = 0,

    /// <summary>JSON.</summary>
    Json = 1,

    /// <summary>Markdown.</summary>
    Markdown = 2,
}
