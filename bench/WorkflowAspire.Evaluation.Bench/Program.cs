using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Evaluation.Bench;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Evaluator.Scripts;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;

const string Usage = """
    Evaluates expressions as it was done before there were evaluators (in the process) and as it is done now, in turn; prints medians in
    microseconds and what the way out of the process costs. Then starts evaluators one after the other and prints how long that takes.

      --count N    evaluations in each round (default 2000)
      --rounds N   rounds that count, after one to warm up (default 5)
    """;

int count = 2000, rounds = 5;
for (var i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || args[i] is not ("--count" or "--rounds") || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
    {
        Console.WriteLine(Usage);
        return args[i] == "--help" ? 0 : 2;
    }

    if (args[i] == "--count") count = value;
    else rounds = value;
}

var options = Options.Create(new DefinitionOptions());
using var pool = new EvaluatorPool(options, NullLogger<EvaluatorPool>.Instance);
var evaluations = new Evaluations(pool, options, TimeProvider.System);
var tenant = Guid.NewGuid();
var input = JsonElement.Parse("""{"name":"Ada","amount":120.5,"items":[{"sku":"a","count":2,"price":10},{"sku":"b","count":1,"price":99.9}],"address":{"city":"London"}}""");
var run = JsonElement.Parse("""{"id":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10","tenantId":"3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b11","workflow":"order","version":1}""");
var steps = Enumerable.Range(0, 10).ToDictionary(n => $"step{n}", n => JsonElement.Parse($$"""{"status":200,"body":{"number":{{n}},"text":"{{new string('x', 200)}}"} }"""));
var variables = new Variables(input, run, steps);

Console.WriteLine($"{"expression",-64} {"before",8} {"now",8} {"more",8}   (median of {rounds} rounds of {count}, µs)");
foreach (var (name, sources) in new (string, string[])[]
{
    ("only leads to a value: input.address.city", ["input.address.city"]),
    ("compares: input.amount > 100", ["input.amount > 100"]),
    ("reads a step: steps.step3.body.number + 1", ["steps.step3.body.number + 1"]),
    ("works on a list: input.items.map(…).filter(…)", ["input.items.map(item => item.count * item.price).filter(sum => sum > 10)"]),
    ("five of one step", ["input.amount > 100", "input.name + '!'", "input.items.length", "steps.step1.body.number * 2", "`${run.id}`"]),
})
{
    var before = sources.Select(source => new InProcess(source)).ToArray();
    var now = sources.Select(source => new Expression(source, ScriptSyntax.OfExpression(source))).ToArray();
    var (old, fresh) = (new List<double>(), new List<double>());
    for (var round = 0; round <= rounds; round++)
    {
        // Whoever comes second finds a warmer machine: they take turns.
        var order = round % 2 == 0 ? new[] { true, false } : [false, true];
        foreach (var isBefore in order)
        {
            var times = new double[count];
            for (var n = 0; n < count; n++)
            {
                var started = Stopwatch.GetTimestamp();
                if (isBefore) foreach (var script in before) script.Evaluate(input, run, steps);
                else await Fill(now);
                times[n] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }

            Array.Sort(times);
            // The first round warms both up.
            if (round > 0) (isBefore ? old : fresh).Add(times[count / 2]);
        }
    }

    var (was, isNow) = (Median(old), Median(fresh));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-64} {was,8:0} {isNow,8:0} {isNow - was,8:0}"));
}

var starts = new List<double>();
var memory = new List<long>();
for (var n = 0; n < 5; n++)
{
    var started = Stopwatch.GetTimestamp();
    using var evaluator = await EvaluatorProcess.StartAsync(options.Value.Evaluators, DateTimeOffset.UtcNow);
    starts.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    using var process = Process.GetProcessById(evaluator.Id);
    memory.Add(process.WorkingSet64);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nAn evaluator is ready after {Median(starts):0} ms and has {memory.Order().ElementAt(2) / 1_000_000} MB (median of 5)."));
return 0;

async Task Fill(Expression[] expressions)
{
    var asked = expressions.Where(expression => !expression.TryFollow(variables, out _)).ToList();
    if (asked.Count == 0) return;
    var answers = await evaluations.EvaluateAsync(
        tenant, [.. asked.Select(expression => new Work(Purpose.Evaluate, expression.Text))], variables.ToJson(Needs.Of(asked.Select(expression => expression.Needs))), CancellationToken.None);
    foreach (var answer in answers) _ = JsonElement.Parse(answer.Payload.Span);
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
