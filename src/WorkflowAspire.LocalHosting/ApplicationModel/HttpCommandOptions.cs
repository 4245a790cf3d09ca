namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command is shown.</summary>
public class CommandOptions
{
    /// <summary>What it does, in a sentence.</summary>
    public string? Description { get; set; }

    /// <summary>What a person is asked before it is executed; code that executes it is not asked.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>The icon that Aspire's dashboard shows for it.</summary>
    public string? IconName { get; set; }

    /// <summary>Whether Aspire's dashboard shows it outside of its menu.</summary>
    public bool IsHighlighted { get; set; }
}

/// <summary>How a command that is an HTTP request is sent and shown.</summary>
public class HttpCommandOptions : CommandOptions
{
    /// <summary>The request's method.</summary>
    /// <value>Default null: POST.</value>
    public HttpMethod? Method { get; set; }

    /// <summary>What of the answer becomes the command's result.</summary>
    /// <value>Default none of it.</value>
    public HttpCommandResultMode ResultMode { get; set; }
}

/// <summary>What of an HTTP answer becomes a command's result.</summary>
public enum HttpCommandResultMode
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The body, in the form that its content type says.</summary>
    Auto = 1,

    /// <summary>The body as JSON.</summary>
    Json = 2,

    /// <summary>The body as text.</summary>
    Text = 3,
}
