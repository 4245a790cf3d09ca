using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.AdminApi.Queues;

/// <summary>The two queues of the runbook.</summary>
internal sealed class ExecutionQueues(IConnectionMultiplexer redis, TimeProvider time)
{
    public Queue Execution { get; } = new(ExecutionQueue.Name, redis, timeProvider: time);

    public Queue DeadLetters { get; } = new(ExecutionQueue.DeadLetterName, redis, timeProvider: time);

    public IReadOnlyList<Queue> All => [Execution, DeadLetters];

    public Queue? Find(string name) => All.FirstOrDefault(queue => queue.Name == name);
}
