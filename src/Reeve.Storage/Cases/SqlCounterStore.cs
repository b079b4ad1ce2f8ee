using Reeve.Core.Records;
using Reeve.Operations.Metrics;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Cases;

/// <summary>The counters in a database; the committer changes them. Thread-safe.</summary>
public sealed class SqlCounterStore(Database database) : ICounterStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> SumAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<string, long>> rows =
            await database.ReadAsync(Sql.Sum, tenant, static _ => { }, static row => KeyValuePair.Create(row.Text(0), row.Long(1)), cancellationToken);
        return rows.ToDictionary();
    }

    private static class Sql
    {
        // The sum of bigint is numeric on PostgreSQL.
        internal static readonly Statement Sum = new(
            "select name, cast(sum(value) as bigint) from counters where tenant_id = @tenant group by name");
    }
}
