using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace WorkflowAspire.LocalHosting.Tests;

public class PublishTests
{
    [Theory]
    [InlineData("--operation", "publish")]
    [InlineData("--publisher", "manifest")]
    [InlineData("--AppHost:Operation", "Publish")]
    public async Task Plain_processes_are_not_published(string option, string value)
    {
        var error = await Should.ThrowAsync<DistributedApplicationException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>([option, value]));

        error.Message.ShouldContain("publish needs Hosting=aspire");
    }

    [Theory]
    [InlineData("kubernetes")]
    [InlineData("azure")]
    public async Task While_the_application_runs_its_place_to_publish_to_is_no_part_of_it(string target)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>([$"--Publish:Target={target}"]);

        builder.Resources.Select(resource => resource.Name).ShouldBe(["redis", "postgres-password", "postgres", "workflow", "worker", "api"]);
    }

    [Fact]
    public async Task An_unknown_place_is_refused()
    {
        var error = await Should.ThrowAsync<DistributedApplicationException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>(["--Publish:Target=moon"]));

        error.Message.ShouldBe("Publish:Target is 'moon'; it has to be kubernetes or azure.");
    }
}
