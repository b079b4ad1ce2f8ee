using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>Resolves <c>secret://name</c> (EX-TOOL-10): the environment's <c>REEVE_SECRET_NAME</c>, then the file <c>/run/secrets/name</c>, then the sealed table, the tenant's before the platform's. Thread-safe.</summary>
public interface ISecrets
{
    /// <summary>The secret, at the last moment before it is used. Whoever gets it neither keeps nor logs it.</summary>
    /// <param name="tenant">For whom.</param>
    /// <param name="reference"><c>secret://name</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">
    /// TOOL-025 when the reference is none, nobody has the secret or what is there cannot be read; SEAL-… when a sealed one cannot be opened, STORE-… when the store cannot be read. The message
    /// names the reference, never a value.
    /// </exception>
    ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken);
}
