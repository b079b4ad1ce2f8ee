using System.Text;
using Reeve.Core.Policies;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline.Identities;
using Reeve.Engine.Runtime;

namespace Reeve.Tests.Pipeline;

/// <summary>What a long input costs: how much is read ahead, and how far back repeats are known.</summary>
public sealed class IdentityTests
{
    private static readonly BoundPolicy Alerts = Make.Bound(Make.With(Make.Domain, "intake", """
        [{"record": {"exceptionType": "doc.kind"}, "externalId": "doc.id", "fingerprint": "doc.problem", "state": "doc.state == 'close' ? 'close' : 'open'"}]
        """));

    private readonly Normaliser normaliser = new(new SeededIds("identity"));

    [Theory]
    [InlineData(1_000_000, 4)]
    [InlineData(10, 1024)]
    [InlineData(40_000, 100)]
    public async Task A_chunk_ends_at_its_bytes_or_at_its_items(int bytes, int expected)
    {
        int read = 0;
        await foreach (Chunk chunk in Chunks.ReadAsync(Items(), _ => [new IntakeOutcome.Refused([])], TestContext.Current.CancellationToken))
        {
            (chunk.Outcomes.Count, chunk.Bytes, chunk.IsLast, read).ShouldBe((expected, expected * (long)bytes, false, expected));
            break;
        }

        async IAsyncEnumerable<RawItem> Items()
        {
            await Task.CompletedTask;
            byte[] item = new byte[bytes];
            while (true)
            {
                read++;
                yield return new RawItem(item, null);
            }
        }
    }

    [Fact]
    public void What_is_older_than_what_is_remembered_is_new_and_what_is_not_is_not()
    {
        RunIdentity all = new(Alerts);
        RunIdentity some = new(Alerts, remembered: 3);
        foreach (RunIdentity identity in new[] { all, some })
        {
            Settle(identity, Event("a", "P"), Event("b", "Q"), Event("c", "R"), Event("d", "S")).ShouldBe(["New", "New", "New", "New"]);
        }

        Settle(all, Event("a", "P"), Event("e", "P"), Event("b", "Q"), Event("f", "S", "close")).ShouldBe(["Repeats 0", "Repeats 0", "Repeats 1", "Closes 3"]);
        Settle(some, Event("a", "P"), Event("e", "P"), Event("b", "Q"), Event("f", "S", "close")).ShouldBe(["New", "Repeats 4", "Repeats 1", "Closes 3"]);
        Settle(some, Event("d", "S"), Event("e", "P"), Event("a", "P"), Event("f", "S", "close")).ShouldBe(["New", "Repeats 5", "New", "Repeats 7"]);
    }

    [Fact]
    public void A_delivery_is_known_longer_than_the_problem_that_began_before_it()
    {
        RunIdentity identity = new(Alerts, remembered: 2);
        Settle(identity, Event("a", "P"), Event("b", "P"), Event("c", "P"));

        Settle(identity, Event("c", "P")).ShouldBe(["Repeats 2"]);
        Settle(identity, Event("d", "P")).ShouldBe(["New"]);
    }

    private List<string> Settle(RunIdentity identity, params string[] items) =>
        [.. identity.Settle([.. items.SelectMany(item => normaliser.Normalise(new RawItem(Encoding.UTF8.GetBytes(item), null), Alerts, Make.Now))])
            .Select(item => item.Identity switch
            {
                IdentityOutcome.Repeats repeats => $"Repeats {repeats.Index}",
                IdentityOutcome.Follows follows => $"{follows.GetType().Name} {follows.Index}",
                { } other => other.GetType().Name,
                null => "Refused",
            })];

    private static string Event(string id, string problem, string state = "open") =>
        $$"""{"kind":"DELAYED","id":"{{id}}","problem":"{{problem}}","state":"{{state}}"}""";
}
