using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>What a stream keeps in memory. Nothing runs beside it, because all that the process holds is counted.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class StreamMemoryTests
{
    public const string Name = "memory of the process";

    [Fact]
    public async Task Of_twenty_thousand_accepted_lines_no_body_is_kept()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite);
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        List<long> samples = [];
        using StreamTests.Lines content = new(20_000)
        {
            Before = i =>
            {
                if (i % 1_000 == 0 && i > 0)
                {
                    samples.Add(GC.GetTotalMemory(forceFullCollection: true));
                }

                return Task.CompletedTask;
            },
        };

        JsonNode answer = (await StreamTests.SendAsync(server, content, key)).ShouldBe(202);

        ((int)answer["accepted"]!).ShouldBe(20_000);
        content.Bytes.ShouldBeGreaterThan(40_000_000);

        // The first two are of a server that has not decided its first 1,024 lines, and so are no beginning to compare with. The bound tells bodies that are kept, 40 MB, from none; it is no
        // proof that nothing grows: a few hundred bytes of each line's identity stay until the stream ends.
        (samples[^6..].Min() - samples[2..8].Min()).ShouldBeLessThan(15_000_000, string.Join(", ", samples));
    }
}
