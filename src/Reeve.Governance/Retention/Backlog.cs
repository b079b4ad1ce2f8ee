using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Governance.Retention;

/// <summary>What one tenant has to erase in one run, slice by slice, in the order of domain and receipt. Not thread-safe.</summary>
internal sealed class Backlog(IRetentionStore store, ErasureDesk erasures, RetentionOptions bounds, TenantId tenant, TenantRetention retention, DateTimeOffset now)
{
    // What was read of the domain that is looked through, and is due by its row.
    private readonly List<AgedCase> due = [];
    private Queue<DomainName>? domains;
    private DomainName? domain;
    private DateTimeOffset ends;
    private AgedCase? last;

    /// <summary>Erases the next slice; reads the next page before, when there is none.</summary>
    /// <returns>How many exceptions are gone, and whether there is nothing more to do.</returns>
    internal async Task<(int Gone, bool IsLast)> WorkAsync(Principal actor, CancellationToken cancellationToken)
    {
        domains ??= new Queue<DomainName>(await store.DomainsAsync(tenant, cancellationToken));
        if (due.Count == 0)
        {
            domain ??= domains.TryDequeue(out DomainName next) ? next : null;
            if (domain is not { } of)
            {
                return (0, IsLast: true);
            }

            await ReadAsync(of, cancellationToken);
        }

        int gone = due.Count > 0 ? await EraseAsync(actor, cancellationToken) : 0;
        return (gone, IsLast: due.Count == 0 && domain is null && domains.Count == 0);
    }

    // What is not due is passed over, so that it is read once per run.
    private async Task ReadAsync(DomainName of, CancellationToken cancellationToken)
    {
        ends = retention.DataEnds(of, now);
        IReadOnlyList<AgedCase> page = await store.PageAsync(tenant, of, ends, last, bounds.PageSize, cancellationToken);
        due.AddRange(page.Where(item => RetentionRules.IsFinal(item) && item.UpdatedAt < ends));
        bool isEnd = page.Count < bounds.PageSize;
        last = isEnd ? null : page[^1];
        domain = isEnd ? null : of;
    }

    private async Task<int> EraseAsync(Principal actor, CancellationToken cancellationToken)
    {
        List<AgedCase> wanted = due.GetRange(0, Math.Min(bounds.SliceSize, due.Count));

        // One more than may go at once: if it is there, the exception it is of may have more than was read.
        IReadOnlyList<HeldEvent> held = await store.HeldAsync(tenant, [.. wanted.Select(item => item.Key)], bounds.SliceEvents + 1, cancellationToken);
        ILookup<ExceptionKey, HeldBody> bodies = held.ToLookup(item => item.Exception, item => item.Body);
        ExceptionKey? cut = held.Count > bounds.SliceEvents ? held[^1].Exception : null;
        List<ExpiredCase> slice = [];
        int done = 0;
        while (done < wanted.Count && wanted[done].Key != cut)
        {
            AddExpired(slice, wanted[done], [.. bodies[wanted[done].Key]]);
            done++;
        }

        if (done == 0)
        {
            // More bodies than go at once with others: alone, and whole, so that the version of its row speaks for every one of them.
            held = await store.HeldAsync(tenant, [wanted[0].Key], int.MaxValue, cancellationToken);
            AddExpired(slice, wanted[0], [.. held.Select(item => item.Body)]);
            done = 1;
        }

        due.RemoveRange(0, done);
        return await EraseAsync(slice, actor, cancellationToken);
    }

    // Recorded by the database's clock, whatever time a decision was made for.
    private void AddExpired(List<ExpiredCase> slice, AgedCase item, List<HeldBody> bodies)
    {
        if (bodies.TrueForAll(body => body.Name.RecordedAt < ends))
        {
            slice.Add(new ExpiredCase(item.Key, item.Version, bodies));
        }
    }

    // What changed since it was read is not at rest; it keeps none of the others.
    private async Task<int> EraseAsync(List<ExpiredCase> slice, Principal actor, CancellationToken cancellationToken)
    {
        if (slice.Count == 0 || await erasures.EraseAsync(tenant, slice, actor, cancellationToken))
        {
            return slice.Count;
        }

        int gone = 0;
        foreach (ExpiredCase item in slice)
        {
            gone += await erasures.EraseAsync(tenant, [item], actor, cancellationToken) ? 1 : 0;
        }

        return gone;
    }
}
