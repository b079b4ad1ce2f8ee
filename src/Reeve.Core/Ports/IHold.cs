using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>Whether people have stopped effects (EX-TOOL-13). Asked right before each one is sent, whoever wants to send it. Thread-safe.</summary>
public interface IHold
{
    /// <summary>Whether nothing may be sent for a tenant now. Usually answered from memory, at once.</summary>
    /// <param name="tenant">Whose effect.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True, too, when nobody can tell.</returns>
    ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken);
}
