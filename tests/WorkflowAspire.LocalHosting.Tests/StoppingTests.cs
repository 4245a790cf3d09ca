using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Tests;

public class StoppingTests
{
    [Fact]
    public async Task Each_resource_stops_before_what_it_needs_and_no_process_is_left()
    {
        var sample = await SampleApplication.StartHealthyAsync("--Local:Redis=server", "--Local:Database=postgres");
        int[] processes = [sample.ProcessOf("redis"), sample.ProcessOf("postgres"), sample.ProcessOf("service"), sample.ProcessOf("caller")];

        await sample.Application.StopAsync();

        var states = sample.States.ToList();
        int When(string name, string state) => states.LastIndexOf((name, state));
        When("caller", KnownResourceStates.Exited).ShouldBeLessThan(When("service", KnownResourceStates.Stopping));
        When("service", KnownResourceStates.Exited).ShouldBeLessThan(When("postgres", KnownResourceStates.Stopping));
        When("postgres", KnownResourceStates.Exited).ShouldBeLessThan(When("redis", KnownResourceStates.Stopping));
        processes.Select(ProcessIdentity.Of).ShouldAllBe(identity => identity == null);
        await sample.DisposeAsync();
    }

    [Fact]
    public async Task A_test_leaves_no_data_behind()
    {
        string folder;
        await using (var sample = await SampleApplication.StartHealthyAsync("--Local:Redis=server", "--Local:Database=sqlite"))
        {
            folder = Path.GetDirectoryName(await sample.Environment("service", "ConnectionStrings__workflow"))!.Replace("Data Source=", "");
            Directory.Exists(folder).ShouldBeTrue();
        }

        Directory.Exists(folder).ShouldBeFalse();
    }
}
