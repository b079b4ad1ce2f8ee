using Reeve.Storage.Databases;

namespace Reeve.Storage.Probes;

/// <summary>What an operator wants to know of a store beside its content: is the file sound, how large is its log, does its clock agree. Thread-safe.</summary>
public sealed class StoreProbe(Database database)
{
    /// <summary>What SQLite finds wrong with the file, ten findings at most; empty when nothing. PostgreSQL checks its files itself: null. Takes longer the larger the file is.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public async Task<IReadOnlyList<string>?> DamageAsync(CancellationToken cancellationToken)
    {
        if (database is not SqliteDatabase file)
        {
            return null;
        }

        IReadOnlyList<string> lines = await file.ReadAllAsync(Sql.QuickCheck, static row => row.Text(0), cancellationToken);
        return lines is ["ok"] ? [] : lines;
    }

    /// <summary>The size of SQLite's write-ahead log in bytes; null on PostgreSQL.</summary>
    public long? WriteAheadBytes()
    {
        if (database.Dialect == Dialect.Postgres)
        {
            return null;
        }

        FileInfo log = new(database.Address.Target + "-wal");
        return log.Exists ? log.Length : 0;
    }

    /// <summary>
    /// For how long the oldest transaction has kept PostgreSQL from clearing away old rows, of the sessions this login may see;
    /// null on SQLite, whose readers end within a second.
    /// </summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public async Task<TimeSpan?> OldestSnapshotAsync(CancellationToken cancellationToken)
    {
        if (database.Dialect == Dialect.Sqlite)
        {
            return null;
        }

        IReadOnlyList<long> seconds = await database.ReadAcrossAsync(Sql.OldestSnapshot, static _ => { }, static row => row.Long(0), cancellationToken);
        return TimeSpan.FromSeconds(seconds[0]);
    }

    /// <summary>The database's time.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public async Task<DateTimeOffset> TimeAsync(CancellationToken cancellationToken) =>
        (await database.ReadAcrossAsync(Sql.Time, static _ => { }, static row => row.Time(0), cancellationToken))[0];

    private static class Sql
    {
        // Across tenants: none of these reads a table.
        internal static readonly Statement QuickCheck = new(Postgres: "select 'ok'", Sqlite: "pragma quick_check(10)") { AcrossTenants = true };

        internal static readonly Statement OldestSnapshot = new(
            Postgres: """
                select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)::bigint
                from pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()
                """,
            Sqlite: "select 0") { AcrossTenants = true };

        // Microseconds, as SQLite keeps times: julianday has about a tenth of a millisecond.
        internal static readonly Statement Time = new(
            Postgres: "select clock_timestamp()",
            Sqlite: "select cast((julianday('now') - 2440587.5) * 86400000000 as integer)") { AcrossTenants = true };
    }
}
