using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>Names a job of any queue: the parent that a job is added for, or a child that a parent waits for.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Queue">Its queue with the prefix, for example <c>bull:orders</c>: <see cref="Queue.QualifiedName"/>.</param>
[JsonConverter(typeof(ParentConverter))]
public sealed record ParentOptions(string Id, string Queue)
{
    internal string Key => $"{Queue}:{Id}";

    /// <exception cref="ArgumentException">The id or the queue can't be one; the message names it.</exception>
    internal void Validate(string parameterName)
    {
        if (string.IsNullOrEmpty(Id)) throw new ArgumentException("A parent needs an id.", parameterName);
        var colon = Queue?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || colon == Queue!.Length - 1)
            throw new ArgumentException($"A parent's queue has its prefix in front, for example 'bull:orders'; got '{Queue}'.", parameterName);
    }
}
