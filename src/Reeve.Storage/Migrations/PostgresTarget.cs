using System.Data.Common;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>A database whose schema is read or changed, by one connection outside any pool.</summary>
internal sealed class PostgresTarget : MigrationTarget
{
    private readonly NpgsqlConnection connection;
    private readonly StoreAddress address;

    private PostgresTarget(NpgsqlConnection connection, StoreAddress address)
    {
        this.connection = connection;
        this.address = address;
    }

    internal static async Task<PostgresTarget> OpenAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = new(PostgresSettings.ForOwner(address));
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new PostgresTarget(connection, address);
        }
        catch (DbException fault)
        {
            await connection.DisposeAsync();
            throw StoreFaults.Of(fault, address);
        }
    }

    internal override Task<IReadOnlyList<AppliedMigration>> ReadAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (await ScalarAsync(Sql.HasTable, [], cancellationToken) is not true)
        {
            return (IReadOnlyList<AppliedMigration>)[];
        }

        await using NpgsqlCommand command = new(Sql.Applied, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        List<AppliedMigration> applied = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            Row row = new(reader);
            applied.Add(new AppliedMigration(row.Int(0), row.Text(1), row.Text(2)));
        }

        return applied;
    });

    internal override Task<bool> ApplyAsync(Migration migration, string product, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Held to the end of the transaction, so that it is given back however that ends.
        await ScalarAsync(Sql.Lock, [], cancellationToken);
        try
        {
            await ScalarAsync(Sql.MakeTable, [], cancellationToken);
            object? recorded = await ScalarAsync(Sql.Record, [migration.Version, migration.Name, migration.Checksum, product], cancellationToken);
            if (recorded is null)
            {
                return false;
            }

            await ScalarAsync(migration.Sql, [], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException fault) when (StoreFaults.Of(fault, address).Error.Kind != ErrorCatalogue.Storage.Unavailable)
        {
            // Messages of class 42 name what is missing or forbidden; others may hold data, so the state alone is told.
            string told = fault.SqlState.StartsWith("42", StringComparison.Ordinal) ? $"PostgreSQL answered {fault.SqlState}, {fault.MessageText}." : $"PostgreSQL answered {fault.SqlState}.";
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.MigrationFailed, $"{migration.Label}: {told}", address.Masked), fault);
        }
    });

    internal override async Task GrantAsync(string role, CancellationToken cancellationToken)
    {
        try
        {
            await NodeRole.GrantAsync(connection, role, cancellationToken);
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, address);
        }
    }

    public override ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, address);
        }
    }

    private async Task<object?> ScalarAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static class Sql
    {
        // One number for all databases: these locks are the database's own. "Reeve" in ASCII.
        internal const string Lock = "select pg_advisory_xact_lock(x'5265657665'::bigint)";

        internal const string HasTable = "select to_regclass('public.schema_migrations') is not null";

        internal const string Applied = "select version, name, checksum from public.schema_migrations order by version";

        // Everybody may read it: a node looks before it takes on a role that may not be there yet.
        internal const string MakeTable = """
            create table if not exists public.schema_migrations (
                version     integer     primary key,
                name        text        not null,
                checksum    text        not null,
                applied_at  timestamptz not null,
                product     text        not null
            );
            grant select on public.schema_migrations to public
            """;

        internal const string Record = """
            insert into public.schema_migrations (version, name, checksum, applied_at, product) values ($1, $2, $3, now(), $4)
            on conflict do nothing returning version
            """;
    }
}
