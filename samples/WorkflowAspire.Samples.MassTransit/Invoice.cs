namespace WorkflowAspire.Samples.MassTransit;

/// <summary>The invoice of an order: the result of its job, which the shop waits for.</summary>
/// <param name="Number">The invoice's number.</param>
/// <param name="Total">What is to be paid, VAT included.</param>
public sealed record Invoice(string Number, decimal Total);
