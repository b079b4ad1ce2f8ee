using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>How far a tenant's automation goes (EX-AGENT-RES-4). Asked when a pass begins, and right before anything automatic is sent. Thread-safe.</summary>
public interface IAutomationMode
{
    /// <summary>The mode a tenant is in now. Usually answered from memory, at once; what was changed elsewhere is known within a second.</summary>
    /// <param name="tenant">Whose automation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see cref="AutomationMode.Shadow"/>, too, when nobody can tell.</returns>
    ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken);
}
