using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>
/// Brings a store to the schema of this release: forward only, one migration per transaction, under a lock that lets one run at
/// a time. Running it again changes nothing. On PostgreSQL it is run by the owner of the database. Thread-safe.
/// </summary>
/// <param name="product">The release that is recorded with what it applies.</param>
/// <param name="clock">When, on SQLite; PostgreSQL has a clock of its own.</param>
/// <param name="migrations">The migrations of a dialect; those of this release when null.</param>
public sealed class Migrator(string product, TimeProvider clock, Func<Dialect, IReadOnlyList<Migration>>? migrations = null)
{
    private readonly Func<Dialect, IReadOnlyList<Migration>> known = migrations ?? Migration.Of;

    /// <summary>Applies what is pending. A SQLite file is made when it is not there, for its user alone.</summary>
    /// <param name="owner">The store; on PostgreSQL as its owner, who needs CREATEROLE the first time in a cluster.</param>
    /// <param name="grantTo">An existing login role to be made a node's role (PostgreSQL); null for none.</param>
    /// <param name="cancellationToken">Stops between migrations, and rolls back the one that runs.</param>
    /// <exception cref="ReeveException">
    /// STORE-002 and the like when the store cannot be used at all, STORE-005, STORE-007 for <paramref name="grantTo"/>, STORE-010. What fails in a
    /// migration is in the report.
    /// </exception>
    public async Task<MigrationReport> MigrateAsync(StoreAddress owner, string? grantTo, CancellationToken cancellationToken)
    {
        if (grantTo is not null && owner.Dialect != Dialect.Postgres)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.BadAddress, "A SQLite file has no roles to grant to.", "--grant-to", nextStep: "Leave it out."));
        }

        IReadOnlyList<Migration> all = known(owner.Dialect);
        List<string> created = [];
        FailedMigration? failed = null;
        await using MigrationTarget target = await MigrationTarget.OpenAsync(owner, clock, cancellationToken);
        SchemaStatus before = Usable(SchemaStatus.Of(await target.ReadAsync(cancellationToken), all), owner);
        foreach (Migration migration in all.Where(one => one.Version > before.Current))
        {
            try
            {
                // Another run may have applied it while this one waited for the lock.
                if (await target.ApplyAsync(migration, product, cancellationToken))
                {
                    created.Add(migration.Label);
                }
            }
            catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.MigrationFailed)
            {
                failed = new FailedMigration(migration.Label, fault.Error);
                break;
            }
        }

        if (failed is null && grantTo is not null)
        {
            await target.GrantAsync(grantTo, cancellationToken);
        }

        return new MigrationReport
        {
            Created = created,
            Skipped = [.. all.Select(one => one.Label).Where(label => !created.Contains(label) && (failed is null || StringComparer.Ordinal.Compare(label, failed.Label) < 0))],
            Failed = failed,
            GrantedTo = failed is null ? grantTo : null,
        };
    }

    /// <summary>How the store's schema stands to this release. Changes and makes nothing.</summary>
    /// <exception cref="ReeveException">STORE-002 and the like.</exception>
    public async Task<SchemaStatus> StatusAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        IReadOnlyList<Migration> all = known(address.Dialect);
        if (address.Dialect == Dialect.Sqlite && !File.Exists(address.Target))
        {
            return SchemaStatus.Of([], all);
        }

        await using MigrationTarget target = await MigrationTarget.OpenExistingAsync(address, clock, cancellationToken);
        return SchemaStatus.Of(await target.ReadAsync(cancellationToken), all);
    }

    /// <summary>Checks that a node of this release may use the store.</summary>
    /// <exception cref="ReeveException">STORE-005, STORE-006, STORE-010, or STORE-002 and the like.</exception>
    public async Task CheckAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        if ((await StatusAsync(address, cancellationToken)).Refusal(address.Masked) is { } refusal)
        {
            throw new ReeveException(refusal);
        }
    }

    private static SchemaStatus Usable(SchemaStatus status, StoreAddress store) => status.State is SchemaState.Newer or SchemaState.Changed
        ? throw new ReeveException(status.Refusal(store.Masked)!)
        : status;
}
