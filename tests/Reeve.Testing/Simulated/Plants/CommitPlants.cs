using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;

namespace Reeve.Testing.Simulated.Plants;

/// <summary>The answer is given when an outcome is handed over, not when it is committed.</summary>
internal sealed class EarlyAnswer() : Plant("early-ack", "Acknowledges what was handed over to be committed, before it is.")
{
    internal override ICommitter Committer(ICommitter real, IExceptionStore exceptions) => new Hasty(real);

    private sealed class Hasty(ICommitter real) : ICommitter
    {
        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            _ = WriteAsync(changes);
            return Task.FromResult<CommitOutcome>(new CommitOutcome.Committed(1, 1));
        }

        public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => CommitAsync(changes, cancellationToken);

        private async Task WriteAsync(IReadOnlyList<Change> changes)
        {
            try
            {
                await real.CommitAsync(changes, CancellationToken.None);
            }
            catch (ReeveException)
            {
                // Nobody waits for it any more: that is the bug.
            }
        }
    }
}

/// <summary>Whether a delivery is there is asked before the transaction, and not in it.</summary>
internal sealed class LookBefore() : Plant("look-before", "Looks for deliveries before the transaction that adds them, and not in it.")
{
    internal override SimulatedLack Lacks => SimulatedLack.Deliveries;

    internal override ICommitter Committer(ICommitter real, IExceptionStore exceptions) => new Looking(real, exceptions);

    private sealed class Looking(ICommitter real, IExceptionStore exceptions) : ICommitter
    {
        public async Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            foreach (ExceptionChange.Add add in changes.OfType<ExceptionChange.Add>().Where(add => add.Deliveries.Count > 0))
            {
                IReadOnlyDictionary<DeliveryKey, ExceptionId> there = await exceptions.DeliveredAsync(add.TenantId, add.Deliveries, cancellationToken);
                if (add.Deliveries.Any(there.ContainsKey))
                {
                    return new CommitOutcome.AlreadyThere(there[add.Deliveries.First(there.ContainsKey)]);
                }
            }

            return await real.CommitAsync(changes, cancellationToken);
        }

        public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
            real.CommitAloneAsync(tenant, changes, cancellationToken);
    }
}
