using WorkflowAspire.AdminApi;
using WorkflowAspire.AdminApi.DeadLetters;
using WorkflowAspire.AdminApi.Definitions;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;
using WorkflowAspire.AdminApi.Usage;
using WorkflowAspire.AdminApi.Workflows;
using WorkflowAspire.ServiceDefaults;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Llm;

return await ServiceProcess.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddRedisClient("redis", configureOptions: options =>
    {
        // CLIENT LIST, by which the workers are found, counts as an admin command.
        options.AllowAdmin = true;
        // Nobody waits long for an answer; a run that can't be enqueued in time is the relay's.
        options.AsyncTimeout = 2000;
    });
    builder.AddDatabase("workflow");
    builder.Services.AddWorkflowStore();
    // Definitions with llm steps are saved only where somebody could ask a model.
    builder.Services.AddLanguageModels();
    builder.Services.AddWorkflowDefinitions();
    builder.Services.AddQueues();
    builder.Services.AddScoped<WorkflowChoice>();
    builder.Services.AddScoped<RunSubmission>();
    builder.Services.AddScoped<RunControl>();
    builder.Services.AddSingleton<DeadLetterList>();
    builder.Services.AddScoped<DeadLetterReplay>();
    builder.Services.AddScoped<DeadLetterQueueReplay>();
    builder.Services.AddProblems();
    builder.Services.AddOpenApi();
    builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AdminApiJsonContext.Default));

    var app = builder.Build();
    app.UseProblems();
    app.MapOpenApi();
    app.MapDefaultEndpoints();

    var api = app.MapGroup("/api");
    api.MapWorkflows();
    api.MapDefinitions();
    api.MapRuns();
    api.MapDeadLetters();
    api.MapQueues();
    api.MapUsage();
    return app;
});
