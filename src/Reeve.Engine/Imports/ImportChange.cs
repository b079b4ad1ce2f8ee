using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>What an outcome changes of imports; a closed set.</summary>
public abstract record ImportChange : Change
{
    private ImportChange()
    {
    }

    /// <summary>
    /// An import begins, in the state RUNNING. One of its id that began less than 24 hours ago is a conflict
    /// (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>); an older one makes way. Day and start are the database's.
    /// </summary>
    /// <param name="Tenant">Whose.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Kind">What it came as.</param>
    /// <param name="Domain">Whose packs decide.</param>
    /// <param name="BodyHash">SHA-256 of a document; null for a stream.</param>
    /// <param name="Node">The node that works on it.</param>
    public sealed record Begun(TenantId Tenant, ImportId Id, ImportKind Kind, DomainName Domain, ReadOnlyMemory<byte>? BodyHash, Guid Node) : ImportChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>An import is taken up again, in the state RUNNING; when it is not as it was read, that is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    /// <param name="From">As it was read.</param>
    /// <param name="Node">The node that works on it now.</param>
    public sealed record TakenUp(Import From, Guid Node) : ImportChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => From.TenantId;
    }

    /// <summary>An import ends. When the node named does not work on it any more, that is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    /// <param name="Tenant">Whose.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Day">The day of its start, which tells it from a later one of its id.</param>
    /// <param name="Node">The node that worked on it.</param>
    /// <param name="State">ENDED or BROKEN.</param>
    /// <param name="Counts">What it came to; kept when they are of no fewer items than those stored.</param>
    public sealed record Ended(TenantId Tenant, ImportId Id, DateOnly Day, Guid Node, ImportState State, ImportCounts Counts) : ImportChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>
    /// What became of an item, in the same outcome as what it made. A row of it that is there is a conflict of its own kind
    /// (<see cref="Core.Ports.CommitOutcome.ItemThere"/>).
    /// </summary>
    /// <param name="Tenant">Whose.</param>
    /// <param name="Day">The day of the import.</param>
    /// <param name="Import">The import.</param>
    /// <param name="Item">The item.</param>
    public sealed record ItemAdded(TenantId Tenant, DateOnly Day, ImportId Import, ImportItem Item) : ImportChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
