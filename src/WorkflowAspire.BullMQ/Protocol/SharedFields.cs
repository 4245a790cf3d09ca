using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>What jobs that are taken together have in common: Take.lua names it once for all that follow each other.</summary>
internal sealed class SharedFields
{
    private readonly RedisValue _optionsJson;
    private JobOptions? _options;

    private SharedFields(string name, RedisValue optionsJson, TimeSpan delay, int priority) =>
        (Name, _optionsJson, Delay, Priority) = (name, optionsJson, delay, priority);

    public string Name { get; }

    public TimeSpan Delay { get; }

    public int Priority { get; }

    /// <param name="fields">Name, opts, delay and priority.</param>
    public static SharedFields Read(RedisValue[] fields) =>
        new(fields[0].ToString(), fields[1], JobHash.Milliseconds(JobHash.Number(fields[2])), AnyForm.Count(JobHash.Number(fields[3])));

    /// <summary>The options for one more job: the same object, unless they have a part that a program can change.</summary>
    public JobOptions NextOptions()
    {
        if (_options is { Others: null }) return _options;
        return _options = JobHash.ReadOptions(_optionsJson);
    }
}
