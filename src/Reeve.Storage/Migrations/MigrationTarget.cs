using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>One connection to a store whose schema is read or changed. Not thread-safe.</summary>
internal abstract class MigrationTarget : IAsyncDisposable
{
    /// <summary>Opens a store; makes the file of one that is not there.</summary>
    internal static async Task<MigrationTarget> OpenAsync(StoreAddress address, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (address.Dialect == Dialect.Sqlite)
        {
            SqliteTarget.MakeFile(address);
        }

        return await OpenExistingAsync(address, clock, cancellationToken);
    }

    /// <summary>Opens a store that is there.</summary>
    internal static async Task<MigrationTarget> OpenExistingAsync(StoreAddress address, TimeProvider clock, CancellationToken cancellationToken) =>
        address.Dialect == Dialect.Sqlite ? new SqliteTarget(address, clock) : await PostgresTarget.OpenAsync(address, cancellationToken);

    /// <summary>What was applied, in order; empty for a store that no release has touched.</summary>
    internal abstract Task<IReadOnlyList<AppliedMigration>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Applies a migration and records it, in one transaction under the lock; false when another run did so meanwhile.</summary>
    /// <exception cref="ReeveException">STORE-011 when the migration itself fails.</exception>
    internal abstract Task<bool> ApplyAsync(Migration migration, string product, CancellationToken cancellationToken);

    /// <summary>Makes a login role a node's role.</summary>
    internal abstract Task GrantAsync(string role, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
