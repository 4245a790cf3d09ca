using System.Globalization;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.MassTransit;

/// <summary>The sample application and the shop's Node program do together what the sample's README says.</summary>
public class SampleTests(InteropServers servers)
{
    [Fact]
    public async Task The_sample_writes_the_shops_invoices_and_the_shop_sends_the_mails()
    {
        await using var application = new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Samples.MassTransit.dll")], AppContext.BaseDirectory,
            new Dictionary<string, string> { ["ConnectionStrings__redis"] = servers.Redis.ConnectionString });
        await using var shop = new ServerProcess("node", ["shop.mjs"], Repository.Path("samples/WorkflowAspire.Samples.MassTransit/node"),
            new Dictionary<string, string> { ["REDIS_HOST"] = "127.0.0.1", ["REDIS_PORT"] = servers.Redis.Port.ToString(CultureInfo.InvariantCulture) });

        await shop.WaitForExitAsync();

        shop.ExitCode.ShouldBe(0, shop.Output);
        var said = shop.Lines.Order(StringComparer.Ordinal).ToArray();
        said.Length.ShouldBe(3, shop.Output);
        said[0].ShouldMatch(@"^mail to ada@example\.org: Your invoice I-\d+$");
        said[1].ShouldMatch(@"^order \d+: invoice I-\d+, total 25\.8$");
        said[2].ShouldMatch(@"^order (\d+): Order \1 has no lines\.$");
        (await new Queue("orders-dlq", servers.Redis.Connection).GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
        application.Signal("TERM");
        await application.WaitForExitAsync();
        application.ExitCode.ShouldBe(0, application.Output);
    }
}
