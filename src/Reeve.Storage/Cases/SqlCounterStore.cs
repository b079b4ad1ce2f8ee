using Reeve.Core.Records;
using Reeve.Operations.Metrics;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Cases;

/// <summary>The counters in a database; the committer changes them. Thread-safe.</summary>
public sealed class SqlCounterStore(Database database) : ICounterStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> SumAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, long>>> rows = await database.ReadAsync(
            Sql.All, tenant, static _ => { },
            static row => row.TextOrNull(0) is { } counts ? TallyText.Read(counts) : [KeyValuePair.Create(row.Text(1), row.Long(2))],
            cancellationToken);
        Dictionary<string, long> sums = new(StringComparer.Ordinal);
        foreach (IReadOnlyList<KeyValuePair<string, long>> row in rows)
        {
            foreach ((string name, long value) in row)
            {
                sums[name] = sums.GetValueOrDefault(name) + value;
            }
        }

        return sums;
    }

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("counters", Sql.All, "tallies", "tallies_pkey", static (_, _) => { }),
        new("counters of before", Sql.All, "counters", "counters_pkey", static (_, _) => { }),
    ];

    private static class Sql
    {
        // A row per slot that counted for the tenant; and a row per counter of what was counted before there were such rows.
        internal static readonly Statement All = new(
            """
            select counts, null, null from tallies where tenant_id = @tenant
            union all
            select null, name, value from counters where tenant_id = @tenant
            """);
    }
}
