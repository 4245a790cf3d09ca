namespace WorkflowAspire.Samples.DocumentDigest;

/// <summary>What <c>document-digest</c> is given.</summary>
/// <param name="Text">Markdown or plain text; may be empty.</param>
public sealed record DocumentDigestInput(string Text);
