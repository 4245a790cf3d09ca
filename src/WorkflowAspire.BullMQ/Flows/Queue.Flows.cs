using System.Globalization;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

// The queue as a place of parents and children.
public sealed partial class Queue
{
    private const int ChildrenPerScan = 100;

    /// <summary>The queue's name with its prefix, for example <c>bull:orders</c>: how <see cref="ParentOptions"/> name it.</summary>
    public string QualifiedName => _keys.QualifiedName;

    /// <summary>A page of the children that a job waits for, with their jobs. A child that ends between two pages may be missed or come twice.</summary>
    /// <param name="parentId">The job.</param>
    /// <param name="start">The first position, from 0.</param>
    /// <param name="end">The last position; -1 for the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The first position is negative.</exception>
    public Task<ChildrenPage> GetUnprocessedChildrenAsync(string parentId, int start = 0, int end = -1, CancellationToken ct = default) =>
        PageOfChildrenAsync("SSCAN", parentId, "dependencies", start, end, ct);

    /// <summary>A page of a job's children that completed, with what they returned and their jobs. A child that ends between two pages may come twice.</summary>
    /// <param name="parentId">The job.</param>
    /// <param name="start">The first position, from 0.</param>
    /// <param name="end">The last position; -1 for the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The first position is negative.</exception>
    public Task<ChildrenPage> GetProcessedChildrenAsync(string parentId, int start = 0, int end = -1, CancellationToken ct = default) =>
        PageOfChildrenAsync("HSCAN", parentId, "processed", start, end, ct);

    private async Task<ChildrenPage> PageOfChildrenAsync(string scan, string parentId, string kind, int start, int end, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(parentId);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        var key = _keys.Job($"{parentId}:{kind}");
        var hasValues = scan == "HSCAN";
        var total = hasValues ? Database.HashLengthAsync(key) : Database.SetLengthAsync(key);
        var last = end < 0 ? int.MaxValue : end;
        var found = new List<(string Key, ReadOnlyMemory<byte>? Value)>();
        var (cursor, at) = (0L, 0);
        do
        {
            var step = (RedisResult[])(await Database.ExecuteAsync(scan, key, cursor, "COUNT", ChildrenPerScan).WaitAsync(ct).ConfigureAwait(false))!;
            cursor = long.Parse((string)step[0]!, CultureInfo.InvariantCulture);
            foreach (var member in ((RedisValue[])step[1]!).Chunk(hasValues ? 2 : 1))
            {
                if (at >= start && at <= last) found.Add((member[0].ToString(), Protocol.JobHash.Bytes(hasValues ? member[1] : RedisValue.Null)));
                at++;
            }
        }
        while (cursor != 0 && at <= last);
        var jobs = await Task.WhenAll(found.Select(child => JobKey.ReadAsync(_connection, child.Key, ct))).ConfigureAwait(false);
        return new ChildrenPage([.. found.Zip(jobs, (child, job) => new FlowChild(child.Key, child.Value, job))], await total.WaitAsync(ct).ConfigureAwait(false));
    }

    private void CheckParent(JobOptions options)
    {
        if (options.Parent is { } parent) SameSlot.Demand(_redis, parent.Queue, QualifiedName);
    }
}
