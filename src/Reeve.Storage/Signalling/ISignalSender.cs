using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Storage.Signalling;

/// <summary>Passes on that a commit changed what nodes hold in memory: to this node, and to the others. Thread-safe.</summary>
public interface ISignalSender
{
    /// <summary>Called after the commit, before whoever asked for it has its answer. Must be quick and must not throw.</summary>
    /// <param name="changed">What it changed.</param>
    /// <param name="tenant">Whose; null: of several.</param>
    void Committed(Signals changed, TenantId? tenant);
}
