using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.Hosting.Choices;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Hosting.Tests;

public class PortTests
{
    [Fact]
    public void A_port_that_is_in_use_moves_to_the_next_free_one()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;

        Ports().Near(taken).ShouldBeGreaterThan(taken);
    }

    [Fact]
    public void A_port_that_is_free_is_taken()
    {
        var free = ServerProcess.FreePort();

        Ports().Near(free).ShouldBe(free);
    }

    [Fact]
    public void Where_ports_are_random_nobody_gets_the_one_asked_for()
    {
        var free = ServerProcess.FreePort();

        Ports("--DcpPublisher:RandomizePorts=true").Near(free).ShouldNotBe(free);
    }

    [Fact]
    public void An_endpoint_is_asked_for_near_a_port_and_only_while_the_application_runs_here()
    {
        var free = ServerProcess.FreePort();

        PortOf().ShouldBe(free);
        PortOf("--publisher", "manifest", "--output-path", "unused.json").ShouldBeNull();

        int? PortOf(params string[] args)
        {
            var builder = DistributedApplication.CreateBuilder(args);
            var resource = builder.AddExecutable("server", "server", ".").WithHttpEndpoint(name: "http").WithPortNear("http", free);
            return resource.Resource.Annotations.OfType<EndpointAnnotation>().Single().Port;
        }
    }

    [Fact]
    public void Where_no_port_is_free_the_message_says_from_where_to_where()
    {
        using var last = new TcpListener(IPAddress.Loopback, 65535);
        last.Start();

        Should.Throw<DistributedApplicationException>(() => Ports().Near(65535)).Message
            .ShouldBe(string.Create(CultureInfo.InvariantCulture, $"No port from 65535 to 65535 is free for server; ask for a lower one."));
    }

    private static Ports Ports(params string[] args) => new(DistributedApplication.CreateBuilder(args), "server");
}
