using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Storage.Cases;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Cases;

/// <summary>Counters are summed over slots, and never over tenants.</summary>
public sealed class SqlCounterStoreTests
{
    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_tenant_s_counters_are_summed_over_slots(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await store.ExecuteAsync("""
            insert into tallies (tenant_id, slot, counts) values
                ('NORTH', 1, '{"received":4000000000}'), ('NORTH', 2, '{"received":4000000000,"resolved_auto":-1}'), ('NORTH', 3, '{"resolved_auto":3}'),
                ('SOUTH', 1, '{"received":5}'), ('north', 1, '{"received":7}')
            """);
        SqlCounterStore counters = new(store.Database);

        (await counters.SumAsync(new TenantId("NORTH"), TestContext.Current.CancellationToken))
            .ShouldBe(new Dictionary<string, long> { ["received"] = 8_000_000_000, ["resolved_auto"] = 2 }, ignoreOrder: true);
        (await counters.SumAsync(new TenantId("NOBODY"), TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task What_the_release_before_counted_is_added(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await store.ExecuteAsync("""
            insert into counters (tenant_id, slot, name, value) values
                ('NORTH', 1, 'status:OPEN', 3), ('NORTH', 2, 'status:OPEN', 4), ('NORTH', 1, 'received', 7), ('SOUTH', 1, 'received', 1)
            """);
        await store.ExecuteAsync("""insert into tallies (tenant_id, slot, counts) values ('NORTH', 1, '{"status:OPEN":-2,"status:RESOLVED":2}')""");

        (await new SqlCounterStore(store.Database).SumAsync(new TenantId("NORTH"), TestContext.Current.CancellationToken))
            .ShouldBe(new Dictionary<string, long> { ["received"] = 7, ["status:OPEN"] = 5, ["status:RESOLVED"] = 2 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_row_that_holds_no_counters_is_corrupt()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Sqlite);
        await store.ExecuteAsync("""insert into tallies (tenant_id, slot, counts) values ('NORTH', 1, '{"received":"many"}')""");

        (await Should.ThrowAsync<ReeveException>(() => new SqlCounterStore(store.Database).SumAsync(new TenantId("NORTH"), TestContext.Current.CancellationToken)))
            .Error.Code.ShouldBe(ErrorCatalogue.Storage.Corrupt.Code);
    }
}
