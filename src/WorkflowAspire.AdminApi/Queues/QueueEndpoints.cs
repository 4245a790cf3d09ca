using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.AdminApi.Queues;

/// <summary>Look at the queues and their workers, and halt them.</summary>
internal static class QueueEndpoints
{
    public static void AddQueues(this IServiceCollection services) => services.AddSingleton<ExecutionQueues>();

    public static void MapQueues(this IEndpointRouteBuilder api)
    {
        api.MapGet("/queues", async (ExecutionQueues queues, CancellationToken ct) =>
                TypedResults.Ok(await Task.WhenAll(queues.All.Select(queue => QueueResponse.ReadAsync(queue, ct)))))
            .WithName("ListQueues").WithTags("queues").WithSummary("Shows how many jobs each queue has in each state.");
        api.MapGet("/queues/{name}", async (string name, ExecutionQueues queues, CancellationToken ct) =>
                queues.Find(name) is { } queue ? TypedResults.Ok(await QueueResponse.ReadAsync(queue, ct)) : UnknownQueue(name, queues))
            .WithName("GetQueue").WithTags("queues").WithSummary("Shows how many jobs a queue has in each state.")
            .Produces<QueueResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/queues/{name}/pause", (string name, ExecutionQueues queues, CancellationToken ct) => ChangeAsync(name, queues, queue => queue.PauseAsync(ct), ct))
            .WithName("PauseQueue").WithTags("queues").WithSummary("Lets no worker take a job of a queue; jobs that are executed already are finished. Does nothing to a paused queue.")
            .Produces<QueueResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/queues/{name}/resume", (string name, ExecutionQueues queues, CancellationToken ct) => ChangeAsync(name, queues, queue => queue.ResumeAsync(ct), ct))
            .WithName("ResumeQueue").WithTags("queues").WithSummary("Lets workers take jobs of a queue again. Does nothing to a queue that is not paused.")
            .Produces<QueueResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/queues/{name}/workers", async (string name, ExecutionQueues queues, CancellationToken ct) =>
                queues.Find(name) is { } queue ? TypedResults.Ok((await queue.GetWorkersAsync(ct)).Select(WorkerResponse.From).ToArray()) : UnknownQueue(name, queues))
            .WithName("ListWorkers").WithTags("queues").WithSummary("Lists the workers that are connected for a queue, Node's included.")
            .Produces<WorkerResponse[]>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ChangeAsync(string name, ExecutionQueues queues, Func<Queue, Task> change, CancellationToken ct)
    {
        if (queues.Find(name) is not { } queue) return UnknownQueue(name, queues);
        await change(queue);
        return TypedResults.Ok(await QueueResponse.ReadAsync(queue, ct));
    }

    private static IResult UnknownQueue(string name, ExecutionQueues queues) =>
        ProblemAnswers.NotFound($"There is no queue '{name}'; there are {string.Join(" and ", queues.All.Select(queue => queue.Name))}.");
}
