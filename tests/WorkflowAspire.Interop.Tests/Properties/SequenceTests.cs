using System.Globalization;
using CsCheck;
using WorkflowAspire.Interop.Tests.Differential;

namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>
/// Whatever sequence of operations a program performs, Node's package and ours leave the same state. A failure prints the shortest sequence
/// found, the lines that differ, and the seed that repeats it (<c>CsCheck_Seed</c>). <c>WORKFLOWASPIRE_SEQUENCES</c> sets how many are tried.
/// </summary>
public class SequenceTests(InteropServers servers)
{
    private static int Sequences =>
        int.TryParse(Environment.GetEnvironmentVariable("WORKFLOWASPIRE_SEQUENCES"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 60;

    [Fact]
    public Task Any_sequence_of_operations_leaves_what_Node_leaves() => Operations.Sequences.SampleAsync(
        async sequence =>
        {
            if (await DifferencesAsync(sequence) is not { Count: > 0 } differences) return;
            // What the shortest one leaves differently; where it depends on time too, that may be nothing when it is asked again.
            var shortest = await Shortest.FindAsync(sequence, async shorter =>
            {
                if (await DifferencesAsync(shorter) is not { Count: > 0 } stillDifferent) return false;
                differences = stillDifferent;
                return true;
            });
            throw new ShouldAssertException($"""
                Ours and Node's differ after:
                {string.Join('\n', shortest.Select((operation, i) => $"  {i + 1}. {operation}"))}
                {string.Join('\n', differences)}
                """);
        },
        iter: Sequences, threads: 1, print: sequence => string.Join("; ", sequence.Select(operation => operation.Text)));

    private async Task<IReadOnlyList<string>> DifferencesAsync(IReadOnlyList<Operation> sequence)
    {
        // One after the other under one name: the order in which a set gives the keys of jobs depends on their names.
        var queueName = $"queue-{Guid.NewGuid():N}";
        var theirs = await PerformAsync(new NodeQueue(servers.Node, servers.Redis.Connection, 6, queueName), isOurs: false, sequence);
        var ours = await PerformAsync(new NodeQueue(servers.Node, servers.Redis.Connection, 6, queueName), isOurs: true, sequence);
        var differences = StateDifference.Between(theirs.State, ours.State);
        return differences.Count == 0 ? [] : [.. differences, .. theirs.Refusals.Select(refusal => $"Node refused {refusal}"), .. ours.Refusals.Select(refusal => $"ours refused {refusal}")];
    }

    private async Task<(string State, List<string> Refusals)> PerformAsync(NodeQueue node, bool isOurs, IReadOnlyList<Operation> sequence)
    {
        var redis = servers.Redis.Connection;
        // Node's package describes the queue in meta as soon as it is opened, ours when it first writes.
        await node.ReadyAsync();
        IQueueActor actor = isOurs ? new DotNetActor(new Queue(node.Name, redis), node, redis) : new NodeActor(node);
        var refusals = new List<string>();
        foreach (var operation in sequence)
        {
            await Clock.MovesOnAsync();
            try
            {
                await operation.RunAsync(actor);
            }
            catch (Exception error) when (error is InvalidOperationException or ArgumentException)
            {
                // It may be: what counts is the state that is left.
                refusals.Add($"{operation}: {error.Message.Split('\n')[0]}");
            }
        }

        var state = await QueueState.ReadAsync(redis, node.Name);
        await node.CloseAsync();
        await DeleteAsync(node.Name);
        return (state, refusals);
    }

    private async Task DeleteAsync(string queueName)
    {
        var redis = servers.Redis.Connection;
        await redis.GetDatabase().KeyDeleteAsync([.. redis.GetServers()[0].Keys(pattern: $"bull:{queueName}:*")]);
    }
}
