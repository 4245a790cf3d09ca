using Microsoft.Extensions.Options;
using WorkflowAspire.Samples;
using WorkflowAspire.ServiceDefaults;
using WorkflowAspire.Worker;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Llm;

return await ServiceProcess.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddRedisClient("redis");
    builder.AddDatabase("workflow");
    builder.Services.AddWorkflowStore();
    builder.Services.AddWorkflows();
    builder.Services.AddLanguageModels();
    builder.Services.AddWorkflowDefinitions();
    builder.Services.AddSampleWorkflows();
    builder.Services.AddLanguageModelSamples(builder.Configuration);
    builder.AddWorkflowExecution();

    var app = builder.Build();
    // Before MassTransit makes its bus of the settings: it would wrap what is said of a bad one.
    _ = app.Services.GetRequiredService<IOptions<ExecutionOptions>>().Value;
    app.MapDefaultEndpoints();
    return app;
});
