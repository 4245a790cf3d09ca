using WorkflowAspire.Samples;
using WorkflowAspire.ServiceDefaults;
using WorkflowAspire.Worker;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Definitions;

return await ServiceProcess.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddRedisClient("redis");
    builder.AddNpgsqlDataSource("workflow");
    builder.Services.AddWorkflowStore();
    builder.Services.AddWorkflows();
    builder.Services.AddWorkflowDefinitions();
    builder.Services.AddSampleWorkflows();
    builder.AddWorkflowExecution();

    var app = builder.Build();
    app.MapDefaultEndpoints();
    return app;
});
