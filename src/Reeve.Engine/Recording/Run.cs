using Reeve.Core.Changes;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Engine.Recording;

/// <summary>What started a run.</summary>
public enum RunKind
{
    /// <summary>COMMAND: <c>reeve run</c>.</summary>
    Command,

    /// <summary>REQUEST: POST /run.</summary>
    Request,

    /// <summary>INGESTION: one per tenant, node start and active pair of packs.</summary>
    Ingestion,
}

/// <summary>A run as it was started (HX-52). Immutable.</summary>
public sealed record Run
{
    /// <summary>Its id.</summary>
    public required RunId Id { get; init; }

    /// <summary>Its tenant.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>What started it.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The domain.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>The content hash of the domain pack.</summary>
    public required string DomainPack { get; init; }

    /// <summary>The content hash of the tenant policy.</summary>
    public required string TenantPolicy { get; init; }

    /// <summary>The one time of all stages; null: each stage read the clock.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The version of the decision logic.</summary>
    public required int LogicVersion { get; init; }

    /// <summary>The product's version, with its commit where known.</summary>
    public required string Product { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Who.</summary>
    public required Principal StartedBy { get; init; }
}

/// <summary>A run that was not there.</summary>
public sealed record RunAdded(Run Run) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Run.TenantId;
}

/// <summary>The runs of a tenant. Thread-safe.</summary>
public interface IRunStore
{
    /// <summary>A run; null when the tenant has none of that id. <see cref="Run.StartedBy"/> has the id alone.</summary>
    Task<Run?> FindAsync(TenantId tenant, RunId run, CancellationToken cancellationToken);

    /// <summary>The latest runs, newest first.</summary>
    Task<IReadOnlyList<Run>> ListAsync(TenantId tenant, int limit, CancellationToken cancellationToken);
}
