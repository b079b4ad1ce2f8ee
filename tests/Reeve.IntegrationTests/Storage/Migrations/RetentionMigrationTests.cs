using Reeve.Governance.Audit;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Migrations;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>What 0011 makes of a store that is full: nothing but one table more, once.</summary>
public sealed class RetentionMigrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_full_store_is_migrated_once_and_keeps_what_it_has(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(400));
        await log.TenantAsync("NORTH", days: 30);
        for (int i = 0; i < 5; i++)
        {
            await log.AddAsync("NORTH", $"{i}");
        }

        await using TestStore store = await log.EndAsync(dialect);
        await store.ExecuteAsync("drop table chain_starts");
        await store.ExecuteAsync("delete from schema_migrations where version >= 11");
        const string Rows = "select tenant_id, exception_id, version from exceptions order by 1, 2";
        IReadOnlyList<object?[]> before = await store.QueryAsync(Rows);
        Migrator migrator = new("1.2.3", TimeProvider.System, _ => [.. Migration.Of(dialect).Where(one => one.Version <= 11)]);

        MigrationReport first = (await migrator.MigrateAsync(store.Owner, grantTo: null, Token)).OrThrow();
        MigrationReport second = (await migrator.MigrateAsync(store.Owner, grantTo: null, Token)).OrThrow();

        first.Created.ShouldBe(["0011_retention"]);
        (second.Created.Count, second.Skipped.Count).ShouldBe((0, 11));
        (await store.QueryAsync(Rows)).ShouldBe(before);
        (await new AuditVerifier(new SqlAuditSource(store.Database), TimeProvider.System).VerifyAsync(null, [], null, Token)).Findings.ShouldBeEmpty();
        (await migrator.StatusAsync(store.Node, Token)).Applied[^1].ShouldBe("0011_retention");
    }
}
