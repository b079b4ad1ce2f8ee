using Reeve.Core.Records;

namespace Reeve.Engine.Approvals.Asking;

/// <summary>Finds approvals for people: by page, by status, by what they are about (EX-API-15). Thread-safe.</summary>
/// <param name="store">The approvals.</param>
public sealed class ApprovalSearch(IApprovalStore store)
{
    // What is searched for is in what people are asked, which no index knows. So much is read for one page, some tenths of a second; the page then ends early, and its cursor goes on.
    private const int ReadAtMost = 2_000;
    private const int AtOnce = 200;

    /// <summary>A page, the newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="wanted">Which.</param>
    /// <param name="before">The last of the page before; null for the first.</param>
    /// <param name="skip">How many to leave out.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ApprovalPage> PageAsync(TenantId tenant, ApprovalFilter wanted, Guid? before, int skip, int size, CancellationToken cancellationToken)
    {
        if (wanted.Search is null)
        {
            IReadOnlyList<Approval> all = await store.ListAsync(tenant, wanted.Status, before, skip + size + 1, cancellationToken);
            ApprovalStatistics counts = await store.StatisticsAsync(tenant, cancellationToken);
            long total = wanted.Status is { } status ? counts.Of(status) : Enum.GetValues<ApprovalStatus>().Sum(counts.Of);
            return Page([.. all], skip, size, total, isExact: true, end: null);
        }

        List<Approval> found = [];
        Guid? place = before;
        for (int read = 0; read < ReadAtMost && found.Count <= skip + size; read += AtOnce)
        {
            IReadOnlyList<Approval> part = await store.ListAsync(tenant, wanted.Status, place, AtOnce, cancellationToken);
            found.AddRange(part.Where(approval => approval.Mentions(wanted.Search) || (wanted.Exception is { } key && approval.Exception == key)));
            if (part.Count < AtOnce)
            {
                return Page(found, skip, size, found.Count, isExact: before is null && found.Count <= skip + size, end: null);
            }

            place = part[^1].Id;
        }

        return Page(found, skip, size, found.Count, isExact: false, place);
    }

    private static ApprovalPage Page(List<Approval> found, int skip, int size, long total, bool isExact, Guid? end)
    {
        Approval[] items = [.. found.Skip(skip).Take(size)];
        Guid? next = found.Count > skip + size && items.Length > 0 ? items[^1].Id : end;
        return new ApprovalPage(items, total, isExact, next);
    }
}

/// <summary>Which approvals.</summary>
/// <param name="Status">Those that stand there; null: all.</param>
/// <param name="Search">Those whose tool or step has this text; null: all.</param>
/// <param name="Exception">Those of this exception, too, whatever their tools and steps.</param>
public sealed record ApprovalFilter(ApprovalStatus? Status, string? Search, ExceptionKey? Exception);

/// <summary>A page of approvals.</summary>
/// <param name="Items">They.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="IsExact">Whether there are no more than that.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record ApprovalPage(IReadOnlyList<Approval> Items, long Total, bool IsExact, Guid? Next);
