using StackExchange.Redis;

namespace WorkflowAspire.Worker.Redis;

/// <summary>A Lua script that is embedded in this assembly.</summary>
/// <param name="text">The script.</param>
internal sealed class RedisScript(string text)
{
    /// <summary>Reads one file, or several that make one script together.</summary>
    /// <param name="owner">A type of the folder whose folder <c>Scripts</c> has them.</param>
    /// <param name="names">The files' names without their ending.</param>
    /// <exception cref="InvalidOperationException">A file isn't embedded.</exception>
    public static RedisScript Of(Type owner, params ReadOnlySpan<string> names)
    {
        var text = "";
        foreach (var name in names)
        {
            using var stream = owner.Assembly.GetManifestResourceStream($"{owner.Namespace}.Scripts.{name}.lua")
                ?? throw new InvalidOperationException($"The script {name}.lua is not embedded in this assembly.");
            using var reader = new StreamReader(stream);
            text += reader.ReadToEnd();
        }

        return new RedisScript(text);
    }

    public async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(text, keys, arguments);
        }
        catch (RedisServerException gone) when (gone.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // After a flush or a failover the client learns that the script is gone, and loads it again.
            return await database.ScriptEvaluateAsync(text, keys, arguments);
        }
    }
}
