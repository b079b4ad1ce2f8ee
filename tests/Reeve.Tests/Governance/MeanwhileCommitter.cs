using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Tests.Governance;

/// <summary>Has something happen right before the first commit, which the one who commits has not seen.</summary>
internal sealed class MeanwhileCommitter(ICommitter inner, Func<Task> meanwhile) : ICommitter
{
    private bool happened;

    public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => inner.CommitAsync(changes, cancellationToken);

    public async Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        if (!happened)
        {
            happened = true;
            await meanwhile();
        }

        return await inner.CommitAloneAsync(tenant, changes, cancellationToken);
    }
}
