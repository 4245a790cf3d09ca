namespace WorkflowAspire.Samples.MassTransit;

/// <summary>An order as the shop's Node program adds it to the queue <c>orders</c>.</summary>
/// <param name="Number">The order's number.</param>
/// <param name="Customer">The customer's mail address.</param>
/// <param name="Country">Where the goods go: a country's two letters.</param>
/// <param name="Lines">What was ordered.</param>
public sealed record Order(string Number, string Customer, string Country, IReadOnlyList<OrderLine> Lines);

/// <summary>One article of an order.</summary>
/// <param name="Article">What it is.</param>
/// <param name="Quantity">How many of it.</param>
/// <param name="Price">The price of one, without VAT.</param>
public sealed record OrderLine(string Article, int Quantity, decimal Price);
