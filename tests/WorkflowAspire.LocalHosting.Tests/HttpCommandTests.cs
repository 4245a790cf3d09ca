using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using WorkflowAspire.LocalHosting.Commands;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>HTTP commands on a resource that doesn't run.</summary>
public class HttpCommandTests
{
    [Fact]
    public void A_resource_without_an_HTTP_endpoint_takes_no_HTTP_command()
    {
        var builder = DistributedApplicationTestingBuilder.Create();

        Should.Throw<DistributedApplicationException>(() => builder.AddRedis("redis").WithHttpCommand("/flush", "Flush"))
            .Message.ShouldStartWith("'Flush' is an HTTP command and 'redis' has no HTTP endpoint; add one");
    }

    [Fact]
    public async Task A_command_before_the_start_says_that_there_is_no_address_yet()
    {
        var (command, _) = Command();

        var result = await command.ExecuteAsync(CancellationToken.None);

        result.Success.ShouldBeFalse();
        result.Message.ShouldBe("'web' has no address yet; execute 'flush' when it runs.");
    }

    [Fact]
    public async Task A_resource_that_does_not_answer_is_named()
    {
        var (command, endpoint) = Command();
        // Nobody listens on port 1.
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "127.0.0.1", 1);

        var result = await command.ExecuteAsync(CancellationToken.None);

        result.Success.ShouldBeFalse();
        result.Message.ShouldStartWith("/flush of 'web' can't be reached: ");
    }

    [Fact]
    public async Task A_command_that_is_called_off_is_neither_success_nor_failure()
    {
        var (command, endpoint) = Command();
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "127.0.0.1", 1);

        var result = await command.ExecuteAsync(new CancellationToken(canceled: true));

        result.Success.ShouldBeFalse();
        result.Canceled.ShouldBeTrue();
        result.Message.ShouldBeNull();
    }

    private static (HttpCommand Command, EndpointAnnotation Endpoint) Command()
    {
        var web = DistributedApplicationTestingBuilder.Create().AddResource(new ProjectResource("web"))
            .WithHttpEndpoint()
            .WithHttpCommand("/flush", "Flush", commandName: "flush");
        return (web.Resource.Annotations.OfType<HttpCommand>().Single(), web.Resource.Annotations.OfType<EndpointAnnotation>().Single());
    }
}
