using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Switches;

/// <summary>What an administrator switched. It overrides a pack's <c>enabled: true</c>, never its <c>false</c>.</summary>
/// <param name="TenantId">For whom.</param>
/// <param name="Domain">The domain whose tool it is.</param>
/// <param name="Tool">The tool.</param>
/// <param name="IsEnabled">Whether it may be called.</param>
/// <param name="UpdatedAt">Since when, UTC, microseconds.</param>
/// <param name="UpdatedBy">Who said so: a principal's id.</param>
public sealed record ToolSwitch(TenantId TenantId, DomainName Domain, ToolName Tool, bool IsEnabled, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>A tool is switched; the last one counts. Committed alone.</summary>
/// <param name="Switch">As it is now.</param>
public sealed record ToolSwitchChange(ToolSwitch Switch) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Switch.TenantId;

    /// <inheritdoc/>
    public override Signals Signals => Signals.Tools;
}

/// <summary>Switches, read. Thread-safe.</summary>
public interface IToolSwitchStore
{
    /// <summary>Every switch of a tenant, by domain, then tool.</summary>
    Task<IReadOnlyList<ToolSwitch>> ListAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Every tool of any tenant that is switched off: few, so nodes hold them all.</summary>
    Task<IReadOnlyList<ToolSwitch>> ListDisabledAsync(CancellationToken cancellationToken);
}
