namespace WorkflowAspire.Samples.TicketTriage;

/// <summary>What a customer wrote.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Text">The text.</param>
public sealed record TicketTriageInput(string Subject, string Text);
