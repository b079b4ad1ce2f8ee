using System.Diagnostics;
using Reeve.Load.Ceilings;
using Reeve.Load.Targets;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;

namespace Reeve.Load;

/// <summary>
/// Fills a store as if it had been used for 90 days: exceptions whose rows are made up, spread evenly over tenants and time, by the
/// statements of the committer. What a store holds already counts.
/// </summary>
internal sealed class Prefill(StoreAddress address, LoadOptions options, Payloads payloads, TextWriter progress)
{
    private const int PerCommit = 2_000;
    private const int CommitsAhead = 4;

    private static readonly TimeSpan Past = TimeSpan.FromDays(90);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    internal async Task FillAsync(CancellationToken cancellationToken)
    {
        long stored;
        CeilingRows whole;
        await using (StoreSession session = await LoadTenants.OpenAsync(address, options, cancellationToken))
        {
            // Some real ones, to have their shape.
            ProcessTarget target = new(session, payloads, options.Tenants);
            for (int tenant = 0; tenant < Math.Min(options.Tenants, 8); tenant++)
            {
                await target.SubmitAsync(tenant, 4, cancellationToken);
            }

            whole = await CeilingRows.ReadAsync(session, options.Tenants, cancellationToken);
            stored = 0;
            for (int tenant = 0; tenant < options.Tenants; tenant++)
            {
                stored += (await session.Metrics.ReadAsync(LoadTenants.Id(tenant), cancellationToken)).ExceptionCount;
            }
        }

        // A store that was filled before is full: it holds the whole ones, too.
        if (stored >= options.Stored + options.StoredFull)
        {
            return;
        }

        using StoreLock? held = address.Dialect == Dialect.Sqlite ? StoreLock.Take(address, null) : null;
        await using Database database = address.Dialect == Dialect.Sqlite ? new SqliteDatabase(address) : new PostgresDatabase(address);
        List<CeilingWriter> writers = await CeilingWriter.OpenAsync(database, cancellationToken);
        try
        {
            DateTimeOffset from = TimeProvider.System.GetUtcNow() - Past;
            await writers[0].AddMonthsAsync(cancellationToken);
            await FillAsync(writers, whole.Small(), options.Stored - stored, from, cancellationToken);
            await FillAsync(writers, whole, options.StoredFull, from, cancellationToken);
        }
        finally
        {
            foreach (CeilingWriter writer in writers)
            {
                await writer.DisposeAsync();
            }
        }
    }

    private async Task FillAsync(List<CeilingWriter> writers, CeilingRows rows, long count, DateTimeOffset from, CancellationToken cancellationToken)
    {
        long made = 0;
        long told = Stopwatch.GetTimestamp();
        while (made < count)
        {
            foreach (CeilingWriter writer in writers)
            {
                for (int i = 0; i < CommitsAhead && made < count; i++)
                {
                    int next = (int)Math.Min(PerCommit, count - made);
                    writer.Prepare(rows.Next(next, from + (Past * ((double)made / count))));
                    made += next;
                }
            }

            await Task.WhenAll(writers.Select(writer => Task.Run(() => WriteAsync(writer, cancellationToken), cancellationToken)));
            if (Stopwatch.GetElapsedTime(told) > TellEvery)
            {
                told = Stopwatch.GetTimestamp();
                progress.WriteLine($"{made:N0} of {count:N0} stored ...");
            }
        }
    }

    private static async Task WriteAsync(CeilingWriter writer, CancellationToken cancellationToken)
    {
        while (await writer.WriteAsync(cancellationToken) > 0)
        {
        }
    }
}
