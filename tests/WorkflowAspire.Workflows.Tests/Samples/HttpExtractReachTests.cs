using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Samples.HttpExtract;

namespace WorkflowAspire.Workflows.Tests.Samples;

/// <summary>Which servers http-extract reaches, and which not, whatever the address looks like.</summary>
public class HttpExtractReachTests : SampleSpecification
{
    private readonly RawHttpServer _server = new();

    private HttpExtractOptions Options => Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HttpExtractOptions>>().Value;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("１２７.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("10.1.2.3")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::]")]
    public async Task A_private_address_is_not_reached_in_any_spelling(string host)
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Get($"http://{host}:{_server.Port}/"));

        error.Message.ShouldContain("no public address");
        _server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_resolves_to_a_private_address_is_reached_where_that_is_allowed()
    {
        Options.AllowPrivateAddresses = true;

        await Get($"http://localhost:{_server.Port}/");

        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_does_not_lead_to_a_host_that_is_not_allowed()
    {
        Options.AllowPrivateAddresses = true;
        Options.AllowedHosts.Add("127.0.0.1");
        _server.Answer = _ => RawHttpServer.Response("302 Found", "", $"Location: http://localhost:{_server.Port}/inner");

        (await Should.ThrowAsync<UnrecoverableError>(() => Get($"http://127.0.0.1:{_server.Port}/"))).Message.ShouldContain("Host 'localhost' is not among those");

        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_does_not_lead_to_a_private_address()
    {
        Options.AllowPrivateAddresses = true;
        await using var inner = new RawHttpServer();
        _server.Answer = _ =>
        {
            // As though only the first server were public.
            Options.AllowPrivateAddresses = false;
            return RawHttpServer.Response("302 Found", "", $"Location: http://127.0.0.1:{inner.Port}/latest/meta-data");
        };

        (await Should.ThrowAsync<UnrecoverableError>(() => Get($"http://127.0.0.1:{_server.Port}/"))).Message.ShouldContain("no public address");

        inner.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("localhost", "localhost", true)]
    [InlineData("LOCALHOST", "localhost", true)]
    [InlineData(".example.org", "localhost", false)]
    [InlineData("host", "localhost", false)]
    public async Task Allowed_hosts_are_compared_whole(string allowed, string host, bool reached)
    {
        Options.AllowPrivateAddresses = true;
        Options.AllowedHosts.Add(allowed);

        if (reached) await Get($"http://{host}:{_server.Port}/");
        else await Should.ThrowAsync<UnrecoverableError>(() => Get($"http://{host}:{_server.Port}/"));
    }

    [Fact]
    public async Task A_server_that_says_nothing_runs_into_the_timeout()
    {
        using var mute = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        mute.Start();
        Options.AllowPrivateAddresses = true;
        Options.Timeout = TimeSpan.FromSeconds(10);

        var error = await Should.ThrowAsync<StepTimeoutException>(async () =>
        {
            var run = Get($"http://127.0.0.1:{((System.Net.IPEndPoint)mute.LocalEndpoint).Port}/");
            while (!run.IsCompleted)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            await run;
        });

        error.Message.ShouldContain("timeout");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    private Task<System.Text.Json.JsonElement> Get(string url) => Run("http-extract", new { url, fields = new { a = "/a" } });
}
