using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var redis = builder.AddRedis("redis", builder.Configuration.GetValue("REDIS_PORT", 6379)).WithDataVolume().WithPersistence();
var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("workflow");

var service = builder.AddProject<Projects.Sample_Service>("service")
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithEnvironment("REDIS_AT", $"{redis.Resource.Host}/{redis.Resource.Port}")
    .WithEnvironment("Failing", builder.Configuration["Failing"])
    .WithReplicas(builder.Configuration.GetValue("Replicas", 1))
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.Sample_Service>("caller")
    .WithReference(service).WaitFor(service)
    .WithHttpHealthCheck("/health");

builder.Build().Run();
