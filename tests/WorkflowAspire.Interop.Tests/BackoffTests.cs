using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>The random part of the waits between attempts has the same range on both sides.</summary>
public class BackoffTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task Our_waits_between_attempts_are_in_the_range_of_Nodes(int version)
    {
        foreach (var backoff in new[] { BackoffOptions.Fixed(TimeSpan.FromMilliseconds(1000)), BackoffOptions.Exponential(TimeSpan.FromMilliseconds(1000)) })
        {
            foreach (var jitter in new[] { 0, 0.25, 1 })
            {
                foreach (var made in new[] { 1, 2, 5 })
                {
                    var type = new JsonObject { ["type"] = backoff.Type, ["delay"] = 1000, ["jitter"] = jitter };
                    var theirs = ((JsonArray)(await Node(version).RunAsync("backoffs", type, made, 2000))!).Select(wait => wait!.GetValue<double>()).ToArray();
                    var ours = Enumerable.Range(0, 2000).Select(_ => (backoff with { Jitter = jitter }).WaitAfter(made, Random.Shared)!.Value.TotalMilliseconds).ToArray();

                    var whole = backoff.Type == "fixed" ? 1000 : 1000 * Math.Pow(2, made - 1);
                    theirs.Concat(ours).ShouldAllBe(wait => wait >= Math.Floor(whole * (1 - jitter)) && wait <= whole);
                    ours.Min().ShouldBe(theirs.Min(), (whole * jitter / 50) + 1);
                    ours.Max().ShouldBe(theirs.Max(), (whole * jitter / 50) + 1);
                    if (jitter == 0) theirs.Concat(ours).Distinct().ShouldHaveSingleItem();
                }
            }
        }
    }
}
