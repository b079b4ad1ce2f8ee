using Reeve.Core.Ports;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Ledger;

/// <summary>
/// Removes rows of <c>commits</c> that nobody needs: older than seven days by the database's clock, and behind every reader. A slot's last
/// row stays, since its next number and the fence lean on it, and what is left of a slot has no gap. Thread-safe.
/// </summary>
/// <remarks>
/// A reader is known by its rows of <c>readers</c>: one that has any is at 0 in the slots that it has none for, and keeps all of those. One
/// that never moved on is not known and keeps nothing back: it begins at the head, or finds that its beginning is gone (REC-003). A reader
/// that is given up for good keeps rows until somebody deletes its own.
/// </remarks>
/// <param name="upkeep">What runs it, under a slot's fence.</param>
/// <param name="clock">The clock of a file.</param>
public sealed class CommitPruning(IUpkeep upkeep, TimeProvider clock)
{
    /// <summary>How long a row is kept at least: whoever resumes a stream by position may come back so late, and a cut tail shows so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    // Per slot and transaction: some milliseconds, between two commits.
    private const int Slice = 1000;

    private static readonly CommitOutcome Nothing = new CommitOutcome.MovedOn();

    /// <summary>Removes them slice by slice until none is left to remove.</summary>
    /// <param name="cancellationToken">Ends it behind the slice it is at; the rest is for the next time.</param>
    /// <returns>How many slices were removed.</returns>
    /// <exception cref="Core.Errors.ReeveException">STORE-…; what was removed before stays removed.</exception>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        StatementCall slice = new(
            Sql.Prune,
            parameters => parameters.Time("now", clock.GetUtcNow()).Number("kept", (long)Kept.TotalMicroseconds).Number("slice", Slice),
            Nothing);
        int removed = 0;
        while (!cancellationToken.IsCancellationRequested && await upkeep.MaintainAsync([slice], cancellationToken) is CommitOutcome.Committed)
        {
            removed++;
        }

        return removed;
    }

    private static class Sql
    {
        // Of each slot the first rows, and of those the ones that may go: numbers and times rise together, so nothing behind them has to be
        // looked at, and no gap is left. Across tenants: a commit holds events of many. Differs: a file has one slot, and its clock is the process's.
        internal static readonly Statement Prune = new(
            Postgres: """
                delete from commits c
                using (
                    select k.slot, k.n
                    from slots s
                    cross join lateral (select max(m.n) as n from commits m where m.slot = s.slot) last
                    cross join lateral (
                        select min(coalesce(r.n, 0)) as n
                        from (select distinct name from readers) known
                        left join readers r on r.name = known.name and r.slot = s.slot) seen
                    cross join lateral (select f.slot, f.n, f.at from commits f where f.slot = s.slot order by f.n limit @slice) k
                    where k.at < clock_timestamp() - @kept * interval '1 microsecond' and k.n < last.n and k.n <= coalesce(seen.n, k.n)) gone
                where c.slot = gone.slot and c.n = gone.n
                """,
            Sqlite: """
                delete from commits
                where slot = 1 and n in (
                    select k.n
                    from (select n, at from commits where slot = 1 order by n limit @slice) k
                    where k.at < @now - @kept and k.n < (select max(n) from commits where slot = 1)
                        and k.n <= coalesce((
                            select min(coalesce((select r.n from readers r where r.name = known.name and r.slot = 1), 0))
                            from (select distinct name from readers) known), k.n))
                """) { AcrossTenants = true };
    }
}
