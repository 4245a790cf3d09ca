using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Connections;

namespace WorkflowAspire.Workflows.Llm.Tests;

/// <summary>How the calls that a model may have in flight are shared out among tenants.</summary>
public class TenantSlotsTests
{
    private static readonly Guid Ada = Guid.NewGuid();
    private static readonly Guid Bob = Guid.NewGuid();
    private static readonly Guid Cid = Guid.NewGuid();

    [Fact]
    public void A_tenant_alone_may_have_all_and_no_more()
    {
        var slots = new TenantSlots(4, part: 0.5);

        Ask(slots, Ada, 6).Count(call => call.IsCompleted).ShouldBe(4);
    }

    [Fact]
    public async Task What_comes_free_goes_to_the_tenant_that_has_the_fewest_however_long_the_other_has_waited()
    {
        var slots = new TenantSlots(4, part: 1);
        var ada = Ask(slots, Ada, 100);
        var bob = Ask(slots, Bob, 3);

        await End(ada[0]);
        await End(ada[1]);

        await Begun(bob, 2);
        // Both have two; Ada's has waited longer.
        await End(ada[2]);
        await End(bob[0]);
        await Begun(ada, 5);
        await Begun(bob, 3);
    }

    [Fact]
    public async Task While_others_have_calls_a_tenant_has_its_part_and_the_next_of_theirs_begins_at_once()
    {
        var slots = new TenantSlots(4, part: 0.75);
        var bob = Ask(slots, Bob, 1);

        var ada = Ask(slots, Ada, 10);

        ada.Count(call => call.IsCompleted).ShouldBe(3);
        await End(bob[0]);
        await Begun(ada, 4);
        Ask(slots, Cid, 1)[0].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_part_kept_for_others_is_theirs_at_once()
    {
        var slots = new TenantSlots(4, part: 0.5);
        Ask(slots, Bob, 1);
        var ada = Ask(slots, Ada, 10);
        ada.Count(call => call.IsCompleted).ShouldBe(2);

        var cid = Ask(slots, Cid, 1);

        cid[0].IsCompleted.ShouldBeTrue();
        await End(cid[0]);
        Ask(slots, Cid, 1)[0].IsCompleted.ShouldBeTrue();
        ada.Count(call => call.IsCompleted).ShouldBe(2);
    }

    [Fact]
    public void The_smallest_part_is_one_call()
    {
        var slots = new TenantSlots(2, part: 0.01);
        Ask(slots, Bob, 1);

        Ask(slots, Ada, 3).Count(call => call.IsCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task Who_gives_up_holds_nobody_up()
    {
        var slots = new TenantSlots(2, part: 0.5);
        using var patience = new CancellationTokenSource();
        var ada = Ask(slots, Ada, 2);
        var bob = slots.EnterAsync(Bob, patience.Token);
        var next = Ask(slots, Ada, 1);

        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => bob);
        await End(ada[0]);
        await Begun(next, 1);
    }

    [Fact]
    public async Task A_slot_is_given_back_once_however_often_it_is_ended()
    {
        var slots = new TenantSlots(1, part: 1);
        var first = Ask(slots, Ada, 1)[0];

        await End(first);
        await End(first);

        Ask(slots, Ada, 3).Count(call => call.IsCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task Whatever_tenants_do_there_are_never_more_calls_than_allowed_and_each_gets_its_turn()
    {
        var slots = new TenantSlots(3, part: 0.6);
        var (under, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(async () =>
        {
            using var patience = new CancellationTokenSource();
            if (i % 7 == 0) patience.CancelAfter(TimeSpan.FromMilliseconds(1));
            try
            {
                using var slot = await slots.EnterAsync(i % 3 == 0 ? Ada : i % 3 == 1 ? Bob : Cid, patience.Token);
                var now = Interlocked.Increment(ref under);
                for (var seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
                await Task.Yield();
                Interlocked.Decrement(ref under);
            }
            catch (OperationCanceledException)
            {
                // It has given up.
            }
        })));

        most.ShouldBeInRange(1, 3);
        Ask(slots, Ada, 4).Count(call => call.IsCompleted).ShouldBe(3);
    }

    private static List<Task<IDisposable>> Ask(TenantSlots slots, Guid tenant, int calls) => [.. Enumerable.Range(0, calls).Select(_ => slots.EnterAsync(tenant, CancellationToken.None))];

    private static async Task End(Task<IDisposable> call) => (await call).Dispose();

    // What comes free is given away at once; whoever gets it learns of it on another thread.
    private static Task<int> Begun(List<Task<IDisposable>> calls, int count) => Eventually.Get(() => calls.Count(call => call.IsCompleted), begun => begun == count);
}
