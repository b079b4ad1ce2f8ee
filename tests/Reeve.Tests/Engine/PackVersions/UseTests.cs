using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>How often packs are used is counted in memory and written now and then (EX-PACK-8).</summary>
public sealed class UseTests
{
    private readonly Shelf shelf = new();
    private readonly PackUse use;

    public UseTests() => use = new PackUse(shelf.Settings, shelf.Clock);

    [Fact]
    public async Task Both_of_a_pair_are_counted_with_the_last_time()
    {
        BoundPolicy bound = Make.Bound();
        use.Count(bound, 3);
        shelf.Clock.Advance(TimeSpan.FromSeconds(5));
        use.Count(bound, 1);
        DateTimeOffset last = shelf.Clock.GetUtcNow();
        shelf.Clock.Advance(TimeSpan.FromSeconds(5));

        await use.FlushAsync(Shelf.Token);
        await use.FlushAsync(Shelf.Token);

        (await Read(bound.TenantId)).ShouldBe([(bound.Domain.ContentHash, 4, last), (bound.Policy.ContentHash, 4, last)]);
    }

    [Fact]
    public async Task Nothing_is_written_before_a_flush_and_another_tenant_sees_nothing()
    {
        BoundPolicy bound = Make.Bound();
        use.Count(bound, 1);
        use.Count(bound, 0);

        (await Read(bound.TenantId)).ShouldBeEmpty();
        await use.FlushAsync(Shelf.Token);
        (await Read(Shelf.South)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_with_the_next()
    {
        BoundPolicy bound = Make.Bound();
        use.Count(bound, 2);
        shelf.Settings.BeforeUsage = () => throw new InvalidOperationException("away");
        await Should.ThrowAsync<InvalidOperationException>(() => use.FlushAsync(Shelf.Token));
        use.Count(bound, 1);
        shelf.Settings.BeforeUsage = null;

        await use.FlushAsync(Shelf.Token);

        (await Read(bound.TenantId))[0].Count.ShouldBe(3);
    }

    [Fact]
    public async Task Counting_and_flushing_at_once_lose_nothing()
    {
        BoundPolicy bound = Make.Bound();
        const int Workers = 4;
        const int Each = 20_000;
        Task[] counting = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                use.Count(bound, 1);
            }
        }))];
        Task all = Task.WhenAll(counting);
        while (!all.IsCompleted)
        {
            await use.FlushAsync(Shelf.Token);
        }

        await use.FlushAsync(Shelf.Token);

        (await Read(bound.TenantId))[0].Count.ShouldBe(Workers * Each);
    }

    [Fact]
    public async Task Compiled_twice_a_pair_is_one_row()
    {
        use.Count(Make.Bound(), 1);
        use.Count(Make.Bound(), 1);

        await use.FlushAsync(Shelf.Token);

        (await Read(Make.Bound().TenantId)).Select(row => row.Count).ShouldBe([2, 2]);
    }

    private async Task<List<(string Hash, long Count, DateTimeOffset At)>> Read(TenantId tenant) =>
        [.. (await shelf.Registry.UsageAsync(tenant, Shelf.Token)).OrderBy(row => row.Kind).Select(row => (row.ContentHash, row.Count, row.LastUsedAt))];
}
