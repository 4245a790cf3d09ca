using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace WorkflowAspire.LocalHosting.Tests;

public class AppHostSettingsTests
{
    [Theory]
    [InlineData("REDIS_PORT", "redis", "REDIS_PORT is 'redis'; it has to be a whole number from 1 to 65535.")]
    [InlineData("ADMIN_API_PORT", "70000", "ADMIN_API_PORT is '70000'; it has to be a whole number from 1 to 65535.")]
    [InlineData("WORKER_REPLICAS", "0", "WORKER_REPLICAS is '0'; it has to be a whole number from 1 to 64.")]
    public async Task A_setting_that_is_no_such_number_is_named(string name, string value, string message)
    {
        var error = await Should.ThrowAsync<DistributedApplicationException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>([$"--{name}={value}"]));

        error.Message.ShouldBe(message);
    }
}
