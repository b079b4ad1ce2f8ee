using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>The stores that tests use are what they promise.</summary>
public sealed class TestStoreTests
{
    private static readonly Statement Names = new("select name from tenants where tenant_id = @tenant");

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_store_is_fresh_and_its_node_reads_what_a_test_plants(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using TestStore other = await TestStore.CreateAsync(dialect);
        string time = dialect == Dialect.Sqlite ? "0" : "now()";

        await store.ExecuteAsync($"insert into tenants (tenant_id, name, mode, created_at, created_by) values ('NORTH', 'North', 'LIVE', {time}, 'test')");

        (await store.Database.ReadAsync(Names, new TenantId("NORTH"), _ => { }, row => row.Text(0), TestContext.Current.CancellationToken)).ShouldBe(["North"]);
        (await store.ScalarAsync("select count(*) from tenants")).ShouldBe(1L);
        (await other.ScalarAsync("select count(*) from tenants")).ShouldBe(0L);
    }

    [Fact]
    public async Task On_PostgreSQL_neither_owner_nor_node_is_superuser()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        (await store.QueryAsync($"select rolname, rolsuper, rolbypassrls, rolcreaterole, rolinherit from pg_roles where rolname in ('{PostgresStore.OwnerRole}', '{PostgresStore.NodeRole}') order by 1"))
            .ShouldBe([[PostgresStore.NodeRole, false, false, false, false], [PostgresStore.OwnerRole, false, false, true, true]]);
    }
}
