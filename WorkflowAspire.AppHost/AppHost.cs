var builder = DistributedApplication.CreateBuilder(args);
var settings = AppHostSettings.Read(builder.Configuration);
var redisVariables = RedisVariables.Read(builder.Configuration, settings);

// No password: the runbook's redis-cli commands and the Node clients have none.
var redis = builder.AddRedis("redis", settings.RedisPort)
    .WithPassword(null)
    .WithDataVolume()
    .WithPersistence();

var database = builder.AddPostgres("postgres")
    .WithDataVolume()
    .AddDatabase("workflow");

builder.AddProject<Projects.WorkflowAspire_Worker>("worker")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithEnvironment(settings.PassWorkerConcurrency)
    .WithReplicas(settings.WorkerReplicas)
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.WorkflowAspire_AdminApi>("api")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment(redisVariables.Pass)
    .WithEndpoint("http", http => http.Port = settings.AdminApiPort)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

builder.Build().Run();
