namespace WorkflowAspire.Samples.TicketTriage;

/// <summary>Where a ticket goes, and a first answer to it.</summary>
/// <param name="Assessment">What it is about.</param>
/// <param name="Reply">A draft for whoever answers it; null for spam.</param>
public sealed record TicketTriageOutput(TicketAssessment Assessment, string? Reply);
