using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Requests;

/// <summary>A tool by its whole name, <c>tenantId:domainName:toolName</c> (EX-TOOL-1).</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="Domain">The domain whose packs define it.</param>
/// <param name="Tool">Its name there.</param>
public readonly record struct ToolId(TenantId TenantId, DomainName Domain, ToolName Tool)
{
    /// <summary>What parts are parted by. No tenant's id has it; names of domains and tools may.</summary>
    public const char Between = ':';

    /// <inheritdoc/>
    public override string ToString() => $"{TenantId}{Between}{Domain}{Between}{Tool}";
}
