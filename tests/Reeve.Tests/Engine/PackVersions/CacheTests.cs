using Reeve.Core.Changes;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>Compiled packs are kept within bounds, made once, and never another tenant's (EX-PACK-7).</summary>
public sealed class CacheTests
{
    [Fact]
    public async Task An_answer_that_is_there_allocates_nothing_and_reads_nothing()
    {
        Shelf shelf = await ReadyAsync();
        await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        int reads = shelf.Settings.Reads;
        CancellationToken token = Shelf.Token;
        Ask(1_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool all = Ask(10_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        all.ShouldBeTrue();
        allocated.ShouldBeLessThan(1_000);
        shelf.Settings.Reads.ShouldBe(reads);

        bool Ask(int times)
        {
            bool completed = true;
            for (int i = 0; i < times; i++)
            {
                completed &= shelf.Registry.ActiveAsync(Shelf.North, Shelf.Parcels, token).IsCompletedSuccessfully;
            }

            return completed;
        }
    }

    [Fact]
    public async Task However_many_ask_at_once_what_is_active_is_read_once_and_the_pair_is_made_once()
    {
        Shelf shelf = await ReadyAsync();
        shelf.Registry.Forget(Shelf.North);
        long misses = shelf.Registry.CacheFigures.Misses;
        int reads = shelf.Settings.Reads;
        TaskCompletionSource gate = new();
        shelf.Settings.BeforeRead = () => gate.Task;

        Task<BoundPolicy>[] asking = [.. Enumerable.Range(0, 50).Select(_ => shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token))];
        shelf.Settings.Reads.ShouldBe(reads + 1);
        gate.SetResult();
        BoundPolicy[] bound = await Task.WhenAll(asking);

        bound.Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(1);
        shelf.Settings.Reads.ShouldBe(reads + 3);
        shelf.Registry.CacheFigures.Misses.ShouldBe(misses + 1);
    }

    [Fact]
    public async Task Whoever_gives_up_does_not_take_the_answer_from_those_who_wait()
    {
        Shelf shelf = await ReadyAsync();
        shelf.Registry.Forget(Shelf.North);
        TaskCompletionSource gate = new();
        shelf.Settings.BeforeRead = () => gate.Task;
        using CancellationTokenSource patience = new();

        Task<BoundPolicy> first = shelf.Registry.ActiveAsync(Shelf.North, null, patience.Token);
        Task<BoundPolicy> impatient = shelf.Registry.ActiveAsync(Shelf.North, null, patience.Token);
        Task<BoundPolicy> patient = shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();
        (await patient).TenantId.ShouldBe(Shelf.North);
        await first;
    }

    [Fact]
    public async Task A_reading_that_fails_is_not_kept()
    {
        Shelf shelf = await ReadyAsync();
        shelf.Registry.Forget(Shelf.North);
        shelf.Settings.BeforeRead = () => throw new InvalidOperationException("away");

        await Should.ThrowAsync<InvalidOperationException>(() => shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token));
        shelf.Settings.BeforeRead = null;

        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).TenantId.ShouldBe(Shelf.North);
    }

    [Fact]
    public async Task Pairs_are_bounded_by_their_text_and_what_goes_is_counted()
    {
        Shelf measure = await ReadyAsync();
        await measure.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        long one = measure.Registry.CacheFigures.TextBytes;
        Shelf shelf = new(new PackCacheOptions { TextBytes = (one * 2) + (one / 2) });
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        foreach (string version in new[] { "1.0.0", "2.0.0", "3.0.0", "4.0.0" })
        {
            await shelf.StoreAsync(Shelf.Policy(version));
            await shelf.Registry.BindAsync(Shelf.North, "Parcels@active", $"Parcels@{version}", Shelf.Token);
        }

        PackCacheFigures figures = shelf.Registry.CacheFigures;

        (figures.Pairs, figures.Evictions, figures.Misses).ShouldBe((2, 2, 4));
        figures.TextBytes.ShouldBeLessThanOrEqualTo((one * 2) + (one / 2));
    }

    [Fact]
    public async Task A_tenant_with_many_versions_leaves_the_others_theirs()
    {
        Shelf shelf = new(new PackCacheOptions { Pairs = 100, PairsOfTenant = 2 });
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"), Shelf.South);
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0", Shelf.South), Shelf.South);
        BoundPolicy south = await shelf.Registry.ActiveAsync(Shelf.South, null, Shelf.Token);
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        foreach (int version in Enumerable.Range(1, 10))
        {
            await shelf.StoreAsync(Shelf.Policy($"{version}.0.0"));
            await shelf.Registry.BindAsync(Shelf.North, "Parcels@active", $"Parcels@{version}.0.0", Shelf.Token);
        }

        shelf.Registry.CacheFigures.Pairs.ShouldBe(3);
        (await shelf.Registry.BindAsync(Shelf.South, "Parcels@active", "Parcels@active", Shelf.Token)).ShouldBeSameAs(south);
    }

    [Fact]
    public async Task One_version_is_forgotten_and_the_others_stay()
    {
        Shelf shelf = await ReadyAsync();
        await shelf.StoreAsync(Shelf.Policy("2.0.0"));
        BoundPolicy first = await Bind("1.0.0");
        BoundPolicy second = await Bind("2.0.0");

        shelf.Registry.Forget(Shelf.South, Shelf.Parcels, null);
        shelf.Registry.Forget(Shelf.North, new DomainName("Crates"), null);
        (await Bind("1.0.0")).ShouldBeSameAs(first);
        shelf.Registry.Forget(Shelf.North, Shelf.Parcels, "2.0.0");

        (await Bind("1.0.0")).ShouldBeSameAs(first);
        (await Bind("2.0.0")).ShouldNotBeSameAs(second);

        Task<BoundPolicy> Bind(string version) => shelf.Registry.BindAsync(Shelf.North, "Parcels@1.0.0", $"Parcels@{version}", Shelf.Token);
    }

    [Fact]
    public async Task While_nobody_looks_for_changes_nothing_is_believed()
    {
        Shelf shelf = await ReadyAsync();
        PackRegistry alone = new(shelf.Settings, shelf.Store, shelf.Clock, new SignalBoard(shelf.Clock));
        await alone.ActiveAsync(Shelf.North, null, Shelf.Token);
        int reads = shelf.Settings.Reads;

        await alone.ActiveAsync(Shelf.North, null, Shelf.Token);

        shelf.Settings.Reads.ShouldBe(reads + 1);
    }

    [Fact]
    public async Task A_hundred_tenants_with_two_domains_each_get_their_own()
    {
        Shelf shelf = new(new PackCacheOptions { Pairs = 50 });
        string crates = Make.With(Make.Domain, "domainName", "\"Crates\"");
        TenantId[] tenants = [.. Enumerable.Range(0, 100).Select(n => new TenantId($"T{n}"))];
        foreach (TenantId tenant in tenants)
        {
            await shelf.StoreActiveAsync(Shelf.Domain("1.0.0", $"{tenant} parcels"), tenant);
            await shelf.StoreActiveAsync(Shelf.Policy("1.0.0", tenant), tenant);
            await shelf.StoreActiveAsync(Make.With(crates, "description", $"\"{tenant} crates\""), tenant);
            await shelf.StoreActiveAsync(Make.With(Shelf.Policy("1.0.0", tenant), "domainName", "\"Crates\""), tenant);
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            Random random = new(worker);
            for (int i = 0; i < 500; i++)
            {
                TenantId tenant = tenants[random.Next(tenants.Length)];
                bool isParcels = random.Next(2) == 0;
                BoundPolicy bound = await shelf.Registry.ActiveAsync(tenant, isParcels ? Shelf.Parcels : new DomainName("Crates"), Shelf.Token);
                (bound.TenantId, bound.Domain.Description).ShouldBe((tenant, $"{tenant} {(isParcels ? "parcels" : "crates")}"));
            }
        })));

        shelf.Registry.CacheFigures.Pairs.ShouldBeLessThanOrEqualTo(50);
    }

    private static async Task<Shelf> ReadyAsync()
    {
        Shelf shelf = new();
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        return shelf;
    }
}
