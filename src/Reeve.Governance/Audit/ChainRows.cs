using System.Runtime.CompilerServices;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>Reads the rows of a chain that the source says is there.</summary>
internal static class ChainRows
{
    /// <summary>
    /// The rows; or, when none can be found under the names by which the chain is listed, one that cannot be read: its
    /// tenant or slot holds what no tenant or slot can, and no statement asks for that.
    /// </summary>
    internal static async IAsyncEnumerable<AuditRow> ReadAsync(IAuditSource source, TenantId tenant, int slot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool any = false;
        if (!tenant.Value.Contains('\0', StringComparison.Ordinal))
        {
            await foreach (AuditRow row in source.RowsAsync(tenant, slot, cancellationToken))
            {
                any = true;
                yield return row;
            }
        }

        if (!any)
        {
            yield return new AuditRow(null, new EventPosition(slot, 0, 0), "tenant_id");
        }
    }
}
