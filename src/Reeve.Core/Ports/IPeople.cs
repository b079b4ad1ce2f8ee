using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>Who is behind a credential, for whoever counts people (EX-SEC-7). Thread-safe.</summary>
public interface IPeople
{
    /// <summary>
    /// The names under which a person counts, folded: its owner, and of a key that was made over the API its maker, too, so that nobody mints a second one. Two credentials that share a name are
    /// one person.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="principal">A person's principal.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<string>> NamesAsync(TenantId tenant, Principal principal, CancellationToken cancellationToken);

    /// <summary>Whether a credential that was used before is still valid, with a role that it had then.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="principalId">The principal's id.</param>
    /// <param name="role">The role; one that includes it does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<bool> StillHasAsync(TenantId tenant, string principalId, string role, CancellationToken cancellationToken);
}
