var builder = DistributedApplication.CreateBuilder(args);
var settings = AppHostSettings.Read(builder.Configuration);
var redisVariables = RedisVariables.Read(builder.Configuration, settings);

var redis = builder.AddRedis("redis", settings.RedisPort)
    .WithDataVolume()
    .WithPersistence();

// While it runs here the runbook's redis-cli commands and the Node clients must reach it: no password, no TLS. A deployment's has a password.
if (builder.ExecutionContext.IsRunMode) redis.WithPassword(null).WithoutHttpsCertificate();

var password = builder.AddParameter("postgres-password", new GenerateParameterDefault { MinLength = 24, Special = false }, secret: true, persist: true);
var database = builder.AddPostgres("postgres", password: password)
    .WithDataVolume()
    .AddDatabase("workflow");

var worker = builder.AddProject<Projects.WorkflowAspire_Worker>("worker")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithEnvironment(settings.PassWorkerConcurrency)
    .WithReplicas(settings.WorkerReplicas)
    .WithHttpHealthCheck("/health");

var api = builder.AddProject<Projects.WorkflowAspire_AdminApi>("api")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithEndpoint("http", http => http.Port = builder.ExecutionContext.IsRunMode ? settings.AdminApiPort : null)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithHttpCommand("/api/queues/workflow-execution/pause", "Pause", commandName: "pause", commandOptions: OperatorCommands.Pause)
    .WithHttpCommand("/api/queues/workflow-execution/resume", "Resume", commandName: "resume", commandOptions: OperatorCommands.Resume)
    .WithHttpCommand("/api/dlq/replay", "Replay the dead letter queue", commandName: "replay-dlq", commandOptions: OperatorCommands.ReplayDeadLetters);

// A system without it runs every workflow that asks no model.
if (settings.HasLanguageModel)
{
    var languageModel = builder.AddParameter("language-model", secret: true);
    worker.WithEnvironment("LanguageModels__default__ConnectionString", languageModel);
    api.WithEnvironment("LanguageModels__default__ConnectionString", languageModel);
}

// One of them, so that it is every resource's; neither takes part while the application runs here.
if (settings.PublishTarget == PublishTarget.Azure) builder.AddAzureContainerAppEnvironment("azure");
else builder.AddKubernetesEnvironment("kubernetes");

builder.Build().Run();
