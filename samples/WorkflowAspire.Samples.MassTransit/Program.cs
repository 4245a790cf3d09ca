using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Samples.MassTransit;

var builder = Host.CreateApplicationBuilder(args);
var redis = builder.Configuration.GetConnectionString("redis") ?? "localhost:6379";

builder.Services.AddSingleton<VatRates>();
builder.Services.AddMassTransit(bus =>
{
    bus.UsingInMemory();
    bus.DisableUsageTelemetry();
    bus.AddRider(rider =>
    {
        rider.AddConsumer<InvoiceConsumer, InvoiceConsumerDefinition>();
        rider.AddBullMQProducer<Mail>("mails");
        rider.UsingBullMQ((context, bullmq) =>
        {
            bullmq.Host(redis);
            bullmq.QueueEndpoint<Order>("orders", endpoint =>
            {
                endpoint.Concurrency = 20;
                endpoint.RemoveOnComplete = KeepJobs.Count(1000);
                endpoint.DeadLetter("orders-dlq");
                endpoint.ConfigureConsumer<InvoiceConsumer>(context);
            });
        });
    });
});

await builder.Build().RunAsync();
