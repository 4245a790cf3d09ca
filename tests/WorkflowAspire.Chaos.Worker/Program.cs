using StackExchange.Redis;
using WorkflowAspire.Chaos.Worker;
using WorkflowAspire.ServiceDefaults;
using WorkflowAspire.Worker;
using WorkflowAspire.Workflows;

// The worker as it is shipped, with a workflow whose effects can be counted.
return await ServiceProcess.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddRedisClient("redis");
    builder.AddDatabase("workflow");
    builder.Services.AddWorkflowStore();
    builder.Services.AddWorkflows();
    builder.Services.AddSingleton(new Ledger(ConnectionMultiplexer.Connect(builder.Configuration.GetConnectionString("ledger")!)));
    builder.Services.AddWorkflow<CountedWorkflow, CountedInput, int>(CountedWorkflow.Name);
    if (builder.Configuration["CHAOS_VERSION"] != "1") builder.Services.AddWorkflow<CountedWorkflow, CountedInput, int>(CountedWorkflow.NewName);
    builder.AddWorkflowExecution();

    var app = builder.Build();
    app.MapDefaultEndpoints();
    return app;
});
