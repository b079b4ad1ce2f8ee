using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Storage.Signalling;

/// <summary>Signals where one process makes all commits: it tells itself, at once. Thread-safe.</summary>
/// <param name="board">Where it is told.</param>
public sealed class OwnSignals(SignalBoard board) : ISignalSender
{
    /// <inheritdoc/>
    public void Committed(Signals changed, TenantId? tenant) => board.Forget(changed, tenant is { } one ? [one] : null);
}
