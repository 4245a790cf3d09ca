namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private const string Trace = """{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b","baggage":"k=ü%20v"}""";

    private static Dictionary<string, Func<IQueueActor, Task>> Events => new()
    {
        ["publish an event"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PublishEventAsync("mine", ("to", "a@b ✓\n\""), ("jobId", "1"));
        },
        ["publish an event without fields"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PublishEventAsync("mine");
        },
        ["publish an event of the package's own name"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PublishEventAsync("completed", ("jobId", "7"), ("returnvalue", "1"));
        },
        ["publish more events than the stream keeps"] = async queue =>
        {
            await queue.AddAsync("1");
            for (var i = 0; i < 1300; i++) await queue.PublishEventAsync("mine", ("n", $"{i}"));
        },
        ["add with a trace"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Telemetry = new JobTelemetry { Metadata = Trace } });
            await queue.ProcessAsync("echo");
        },
        ["add with a trace that is omitted"] = queue => queue.AddAsync("1", new JobOptions { Telemetry = new JobTelemetry { Metadata = Trace, OmitContext = true } }),
        ["retry a job with a trace"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Telemetry = new JobTelemetry { Metadata = Trace }, Attempts = 2 });
            await queue.ProcessAsync("fail", 2);
        },
        ["add many with traces"] = queue => queue.AddBulkAsync(("1", new JobOptions { Telemetry = new JobTelemetry { Metadata = Trace } }), ("2", new JobOptions { Telemetry = new JobTelemetry { OmitContext = true } }), ("3", null)),
    };
}
