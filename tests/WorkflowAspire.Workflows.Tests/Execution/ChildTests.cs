using WorkflowAspire.Workflows.Execution;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class ChildTests : EngineSpecification
{
    [Fact]
    public async Task A_child_is_created_once_for_the_same_tenant_and_its_output_is_the_parents()
    {
        var lease = await AcceptAndClaim();
        (await Park(lease, Parent)).ShouldBeNull();
        var resumed = await Claim(lease.Run);
        await Park(resumed, Parent);

        var child = await Now((await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem());
        (child.TenantId, child.WorkflowId, child.Input, child.ParentRunId).ShouldBe((lease.Run.TenantId, "greet", """{"name":"Zoë","times":1}""", lease.Run.Id));
        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeFalse();
        await Store.CompleteAsync(await Claim(child), "\"Hello Zoë\"");

        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeTrue();
        (await Execute(await Claim(lease.Run), Parent)).ShouldBe("\"Hello Zoë\"");
    }

    [Fact]
    public async Task A_child_that_fails_for_good_is_an_error_that_names_it()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Parent);
        var child = (await Store.ListChildrenAsync(lease.Run.Id)).Single();
        await Store.FailAsync(child.Id, null, "no luck");

        var error = await Should.ThrowAsync<ChildRunFailedException>(async () => await Attempt(await Claim(lease.Run), Parent));

        error.ChildRunId.ShouldBe(child.Id);
        error.Message.ShouldContain("no luck");
        error.Message.ShouldContain(child.Id.ToString());
    }

    [Fact]
    public async Task A_child_that_was_cancelled_is_an_error_too()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Parent);
        await Store.CancelAsync((await Store.ListChildrenAsync(lease.Run.Id)).Single().Id);

        (await Should.ThrowAsync<ChildRunFailedException>(async () => await Attempt(await Claim(lease.Run), Parent))).Message.ShouldContain("cancelled");
    }

    [Fact]
    public async Task A_parent_whose_child_was_replayed_and_completed_can_be_replayed_too()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Parent);
        var child = (await Store.ListChildrenAsync(lease.Run.Id)).Single();
        await Store.FailAsync(child.Id, null, "no luck");
        var resumed = await Claim(lease.Run);
        await Should.ThrowAsync<ChildRunFailedException>(() => Attempt(resumed, Parent));
        await Store.ResetForReplayAsync(await Now(child));
        await Store.CompleteAsync(await Claim(child), "\"at last\"");

        (await Execute(await NextAttempt(resumed), Parent)).ShouldBe("\"at last\"");
    }

    [Fact]
    public void The_id_of_a_child_is_the_same_in_each_attempt_and_a_version_5_UUID()
    {
        var parent = Guid.Parse("3f2b8c1e-6f0a-4c59-9d4e-2f1f0a7c5b10");

        ChildRuns.IdOf(parent, "child").ShouldBe(ChildRuns.IdOf(parent, "child"));
        ChildRuns.IdOf(parent, "child").ShouldNotBe(ChildRuns.IdOf(parent, "other"));
        ChildRuns.IdOf(parent, "child").Version.ShouldBe(5);
    }

    private static Task<string> Parent(WorkflowContext context) => context.RunChildAsync<Greeting, string>("child", "greet", new Greeting("Zoë"));
}
