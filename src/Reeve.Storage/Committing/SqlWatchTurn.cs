using Reeve.Engine.HotReload;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>
/// The node that holds the lowest living slot watches. A node that dies loses its turn when its lease ends; no connection is held
/// for it, so it works through poolers, too. Thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="holder">This process's slots.</param>
/// <param name="lease">How long a slot is held without renewal.</param>
public sealed class SqlWatchTurn(Database database, ISlotHolder holder, TimeSpan lease) : IWatchTurn
{
    /// <inheritdoc/>
    public async Task<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        // A file belongs to one process.
        if (database.Address.Dialect == Dialect.Sqlite)
        {
            return true;
        }

        IReadOnlyList<long?> lowest = await database.ReadAcrossAsync(
            Sql.Lowest, parameters => parameters.Number("lease", (long)lease.TotalMilliseconds), static row => row.LongOrNull(0), cancellationToken);
        return lowest is [{ } first] && holder.Slots.Any(slot => slot.Slot == first);
    }

    private static class Sql
    {
        // Across tenants: slots belong to none. Differs: on a file nobody else is there, and it is not asked.
        internal static readonly Statement Lowest = new(
            Postgres: """
            select cast(min(slot) as bigint) from slots
            where beat_at between clock_timestamp() - @lease * interval '1 millisecond' and clock_timestamp() + @lease * interval '1 millisecond'
            """,
            Sqlite: "select min(slot) from slots") { AcrossTenants = true };
    }
}
