using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>
/// The text of a script: its file of <c>Scripts/</c> behind the parts that its header names, and of those only the functions that it can reach.
/// A server sets up every function of a script in each call.
/// </summary>
/// <remarks>
/// The header's <c>needs</c> line names parts, its <c>later</c> line those that become a function <c>later</c>, for what only few calls use. All that
/// follows the first part is a function of its own: what a function uses of the one around it is found at once, while each local of the same
/// level is searched among all that others use.
/// </remarks>
internal static partial class ScriptText
{
    private static readonly ConcurrentDictionary<string, List<Chunk>> Parts = new();

    public static string Of(string name)
    {
        var body = Read($"{name}.lua");
        var needed = PartsOf(NeedsLine().Match(body));
        var later = PartsOf(LaterLine().Match(body));
        var reached = Reached([.. needed, .. later], new Chunk(null, body));

        var text = new StringBuilder();
        Append(text, needed.Take(1), reached);
        text.Append("return (function()\n");
        Append(text, needed.Skip(1), reached);
        if (later.Count > 0)
        {
            text.Append("local function later()\n");
            Append(text, later, reached);
            text.Append("end\n");
        }

        return text.Append(body).Append("end)()\n").ToString();
    }

    private static List<List<Chunk>> PartsOf(Match line) =>
        [.. Words().Matches(line.Groups[1].Value).Select(part => Parts.GetOrAdd(part.Value, name => Chunk.Of(Read($"Parts.{name}.lua"))))];

    private static void Append(StringBuilder text, IEnumerable<List<Chunk>> parts, HashSet<Chunk> reached)
    {
        foreach (var chunk in parts.SelectMany(part => part).Where(reached.Contains)) text.Append(chunk.Text);
    }

    // From what is no function, and so runs in any case, to all that it names and what that names.
    private static HashSet<Chunk> Reached(IEnumerable<List<Chunk>> parts, Chunk body)
    {
        var chunks = parts.SelectMany(part => part).ToList();
        var functions = chunks.Where(chunk => chunk.Function is not null).ToLookup(chunk => chunk.Function!);
        var reached = new HashSet<Chunk>();
        var open = new Stack<Chunk>(chunks.Where(chunk => chunk.Function is null).Append(body));
        while (open.TryPop(out var chunk))
        {
            if (!reached.Add(chunk)) continue;
            foreach (var named in chunk.Names.SelectMany(name => functions[name])) open.Push(named);
        }

        return reached;
    }

    private static string Read(string file)
    {
        var name = $"{typeof(Queue).Namespace}.Scripts.{file}";
        using var stream = typeof(ScriptText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script {name} is not embedded in this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^-- needs +([\w, ]+)", RegexOptions.Multiline)]
    private static partial Regex NeedsLine();

    [GeneratedRegex(@"^-- later +([\w, ]+)", RegexOptions.Multiline)]
    private static partial Regex LaterLine();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();

    /// <summary>A function of a file, from its first line to its <c>end</c>, or what stands between two of them.</summary>
    private sealed partial class Chunk(string? function, string text)
    {
        public string? Function => function;

        public string Text => text;

        public IReadOnlySet<string> Names { get; } = Words().Matches(Comment().Replace(text, "")).Select(word => word.Value).ToHashSet();

        public static List<Chunk> Of(string file)
        {
            var chunks = new List<Chunk>();
            var at = 0;
            foreach (Match found in FunctionText().Matches(file))
            {
                if (found.Index > at) chunks.Add(new Chunk(null, file[at..found.Index]));
                chunks.Add(new Chunk(found.Groups[1].Value, found.Value));
                at = found.Index + found.Length;
            }

            if (at < file.Length) chunks.Add(new Chunk(null, file[at..]));
            return chunks;
        }

        [GeneratedRegex(@"^local function (\w+).*?^end\n", RegexOptions.Multiline | RegexOptions.Singleline)]
        private static partial Regex FunctionText();

        [GeneratedRegex(@"--.*")]
        private static partial Regex Comment();
    }
}
