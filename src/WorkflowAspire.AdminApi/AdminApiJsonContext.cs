using System.Text.Json.Serialization;
using WorkflowAspire.AdminApi.DeadLetters;
using WorkflowAspire.AdminApi.Definitions;
using WorkflowAspire.AdminApi.Queues;
using WorkflowAspire.AdminApi.Runs;
using WorkflowAspire.AdminApi.Usage;
using WorkflowAspire.AdminApi.Workflows;

namespace WorkflowAspire.AdminApi;

/// <summary>How the API's answers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunResponse))]
[JsonSerializable(typeof(RunDetailResponse))]
[JsonSerializable(typeof(RunListResponse))]
[JsonSerializable(typeof(StaleRunsResponse))]
[JsonSerializable(typeof(CancelledRunsResponse))]
[JsonSerializable(typeof(SubmitRunRequest))]
[JsonSerializable(typeof(DeadLetterResponse))]
[JsonSerializable(typeof(DeadLetterListResponse))]
[JsonSerializable(typeof(DeadLetterQueueReplayResponse))]
[JsonSerializable(typeof(DefinitionResponse))]
[JsonSerializable(typeof(DefinitionListResponse))]
[JsonSerializable(typeof(DefinitionVersionsResponse))]
[JsonSerializable(typeof(QueueResponse))]
[JsonSerializable(typeof(QueueResponse[]))]
[JsonSerializable(typeof(WorkerResponse[]))]
[JsonSerializable(typeof(WorkflowResponse[]))]
[JsonSerializable(typeof(TenantUsageResponse))]
internal sealed partial class AdminApiJsonContext : JsonSerializerContext;
