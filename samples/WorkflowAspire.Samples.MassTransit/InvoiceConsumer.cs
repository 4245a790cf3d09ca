using MassTransit;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ;
using WorkflowAspire.BullMQ.MassTransit;

namespace WorkflowAspire.Samples.MassTransit;

/// <summary>Writes the invoice of an order and has the customer told by the shop's mail worker.</summary>
internal sealed partial class InvoiceConsumer(VatRates rates, IBullMQProducer<Mail> mails, ILogger<InvoiceConsumer> logger) : IConsumer<Order>
{
    public async Task Consume(ConsumeContext<Order> context)
    {
        var order = context.Message;
        if (order.Lines.Count == 0) throw new UnrecoverableError($"Order {order.Number} has no lines.");

        var rate = await rates.OfAsync(order.Country, context.CancellationToken);
        var invoice = new Invoice($"I-{order.Number}", decimal.Round(order.Lines.Sum(line => line.Quantity * line.Price) * (1 + rate), 2));

        // The job's id keeps a repeated attempt from sending a second mail.
        await mails.AddAsync(new Mail(order.Customer, $"Your invoice {invoice.Number}"), new JobOptions { JobId = $"mail-{invoice.Number}" }, context.CancellationToken);

        var job = context.GetBullMQJob();
        job.SetResult(invoice);
        Written(logger, invoice.Number, order.Number, job.Id, job.Attempt);
    }

    [LoggerMessage(LogLevel.Information, "Invoice written")]
    private static partial void Written(ILogger logger, string invoice, string order, string jobId, int attempt);
}
