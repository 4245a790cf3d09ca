namespace WorkflowAspire.Samples.MassTransit;

/// <summary>A mail that the shop's Node worker is to send, from the queue <c>mails</c>.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">What it says.</param>
public sealed record Mail(string To, string Subject);
