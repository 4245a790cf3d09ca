namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Loops, branches at the same time, waits, signals and sub-workflows of definitions.</summary>
public class WaitingTests : DefinitionSpecification
{
    [Fact]
    public async Task Items_are_worked_on_in_order_with_their_index_and_what_was_before()
    {
        var lease = await Accept(
            Workflow(
                """
                {"id":"factor","type":"code","code":"return 10"},
                {"id":"each","type":"forEach","items":"${input.list}","concurrency":2,"steps":[
                  {"id":"times","type":"code","code":"return item.n * steps.factor"},
                  {"id":"text","type":"template","template":"{{ index }}: {{ item.n }} -> {{ steps.times }}"}]}
                """,
                "\"${steps.each}\""),
            """{"list":[{"n":1},{"n":2},{"n":3}]}""");

        (await Execute(lease)).ShouldBe("""["0: 1 -\u003E 10","1: 2 -\u003E 20","2: 3 -\u003E 30"]""");

        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Name).ShouldContain("each[2]/times");
    }

    [Fact]
    public async Task Branches_give_their_last_outputs_by_name()
    {
        var output = await Run(Workflow(
            """{"id":"both","type":"parallel","branches":{"left":[{"id":"a","type":"code","code":"return 1"},{"id":"b","type":"code","code":"return steps.a + 1"}],"right":[{"id":"c","type":"template","template":"r"}]}}""",
            "\"${steps.both}\""));

        output.GetRawText().ShouldBe("""{"left":2,"right":"r"}""");
    }

    [Theory]
    [InlineData("\"duration\":\"PT1H\"")]
    [InlineData("\"duration\":\"${input.hours * 3600}\"")]
    [InlineData("\"until\":\"2026-02-11T13:00:00Z\"")]
    [InlineData("\"until\":\"${input.at}\"")]
    public async Task A_wait_parks_the_run_until_its_time(string time)
    {
        var lease = await Accept(Workflow($$"""{"id":"pause","type":"wait",{{time}}},{"id":"after","type":"code","code":"return 'done'"}""", "\"${steps.after}\""), """{"hours":1,"at":"2026-02-11T14:00:00+01:00"}""");

        (await Park(lease)).ShouldBe(Time.GetUtcNow().AddHours(1));
        Time.Advance(TimeSpan.FromHours(1));

        (await Execute(await Claim(lease.Run))).ShouldBe("\"done\"");
    }

    [Fact]
    public async Task A_signal_brings_its_payload()
    {
        var lease = await Accept(Approval);
        (await Park(lease)).ShouldBe(Time.GetUtcNow().AddDays(1));
        await Store.SendSignalAsync(lease.Run.Id, "approval", """{"by":"Ada"}""");

        (await Execute(await Claim(lease.Run))).ShouldBe("""{"received":true,"payload":{"by":"Ada"}}""");
    }

    [Fact]
    public async Task A_signal_that_comes_after_its_timeout_changes_nothing_in_any_later_attempt()
    {
        var lease = await Accept(Approval);
        await Park(lease);
        Time.Advance(TimeSpan.FromDays(2));
        var late = await Claim(lease.Run);
        (await Execute(late)).ShouldBe("""{"received":false,"payload":null}""");
        await Store.SendSignalAsync(lease.Run.Id, "approval", """{"by":"Ada"}""");
        await Store.ReturnToPendingAsync(late, "crashed before the end was recorded");

        (await Execute(await Claim(lease.Run))).ShouldBe("""{"received":false,"payload":null}""");
    }

    [Fact]
    public async Task A_sub_workflow_is_a_run_of_its_own_with_the_newest_version_of_its_definition()
    {
        await Save("""{"name":"inner","steps":[{"id":"a","type":"template","template":"old"}]}""");
        await Save("""{"name":"inner","steps":[{"id":"a","type":"template","template":"Hello {{ input.who }}"}]}""");
        var lease = await Accept(Workflow("""{"id":"child","type":"workflow","workflow":"inner","input":{"who":"${input.name}"}}""", "\"${steps.child}!\""), """{"name":"Ada"}""");
        await Park(lease);

        var child = await Now((await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem());
        child.DefinitionVersion.ShouldBe(2);
        child.Input.ShouldBe("""{"who":"Ada"}""");
        var childLease = await Claim(child);
        await Store.CompleteAsync(childLease, await Execute(childLease));

        (await Execute(await Claim(lease.Run))).ShouldBe("\"Hello Ada!\"");
    }

    [Fact]
    public async Task A_workflow_that_is_code_comes_before_a_definition_of_its_name()
    {
        await Save("""{"name":"inner","steps":[{"id":"a","type":"template","template":"x"}]}""");
        var command = Source.CreateCommand("INSERT INTO workflows (name, published_at) VALUES ('inner', '2026-01-01T00:00:00.000000Z')");
        await using (command) await command.ExecuteNonQueryAsync();
        var lease = await Accept(Workflow("""{"id":"child","type":"workflow","workflow":"inner"}"""));

        await Park(lease);

        (await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem().DefinitionVersion.ShouldBeNull();
    }

    [Fact]
    public async Task Two_signals_of_one_name_are_refused()
    {
        var errors = await Refused(Workflow("""{"id":"a","type":"signal","name":"go"},{"id":"b","type":"signal","name":"go"}"""));

        errors["/steps/1/name"][0].ShouldContain("'go' is the name of another signal");
    }

    private static string Approval => Workflow("""{"id":"wait","type":"branch","if":"${true}","then":[{"id":"ask","type":"signal","name":"approval","timeout":"1d"}]},{"id":"end","type":"code","code":"return 1"}""", "\"${steps.wait.output}\"");
}
