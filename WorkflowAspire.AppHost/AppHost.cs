PlainErrors.Install();
var builder = DistributedApplication.CreateBuilder(args);
var settings = AppHostSettings.Read(builder.Configuration);
var redisVariables = RedisVariables.Read(builder.Configuration, settings);

var redis = builder.AddRedisStore<Projects.WorkflowAspire_Hosting_Garnet>("redis", settings.RedisPort);
var database = builder.AddDatabaseStore("postgres", "workflow");

var worker = builder.AddProject<Projects.WorkflowAspire_Worker>("worker")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithEnvironment(settings.PassToWorker)
    .WithReplicas(settings.WorkerReplicas)
    .WithoutHttpsCertificate()
    .WithServiceHealthCheck("/health")
    .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/health", "Health"))
    .WithIconName("PersonRunning");

var api = builder.AddProject<Projects.WorkflowAspire_AdminApi>("api")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithPortNear("http", settings.AdminApiPort)
    .WithExternalHttpEndpoints()
    .WithoutHttpsCertificate()
    .WithServiceHealthCheck("/health")
    .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/api/runs", "Admin API"))
    .WithUrlForEndpoint("http", _ => new() { Url = "/openapi/v1.json", DisplayText = "OpenAPI" })
    .WithIconName("Server")
    .WithOperatorCommands();

// A system without it runs every workflow that asks no model.
if (settings.HasLanguageModel)
{
    var languageModel = builder.AddParameter("language-model", secret: true);
    worker.WithEnvironment("LanguageModels__default__ConnectionString", languageModel);
    api.WithEnvironment("LanguageModels__default__ConnectionString", languageModel);
}

builder.Build().Run();
