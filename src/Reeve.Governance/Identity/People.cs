using Reeve.Core.Folding;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Governance.Identity;

/// <summary>Counts people behind keys (EX-SEC-7). Asked of the store each time: whoever counts people does it rarely, and must not be wrong. Thread-safe.</summary>
/// <param name="store">The keys.</param>
/// <param name="clock">The clock.</param>
public sealed class People(IKeyStore store, TimeProvider clock) : IPeople
{
    private const string KeyPrefix = "key:";

    // How many makers are asked in turn: whoever makes a key by a key that somebody made is one more name.
    private const int LongestLine = 16;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> NamesAsync(TenantId tenant, Principal principal, CancellationToken cancellationToken)
    {
        List<string> names = [TextFolding.Fold(principal.Owner)];
        string id = principal.Id;
        for (int i = 0; i < LongestLine && KeyOf(id) is { } key; i++)
        {
            if (await store.ByIdAsync(key, cancellationToken) is not { Key: { } known })
            {
                break;
            }

            string name = TextFolding.Fold(known.Owner);
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                names.Add(name);
            }

            // A key that was made at the machine's own command line counts as its owner alone.
            id = known.CreatedBy;
        }

        return names;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> StillHasAsync(TenantId tenant, string principalId, string role, CancellationToken cancellationToken) =>
        KeyOf(principalId) is not { } key
        || (await store.ByIdAsync(key, cancellationToken) is { Key: { } known } && known.TenantId == tenant && known.IsValidAt(clock.GetUtcNow()) && known.Roles.Contains(role));

    private static Guid? KeyOf(string principalId) =>
        principalId.StartsWith(KeyPrefix, StringComparison.Ordinal) && Guid.TryParseExact(principalId.AsSpan(KeyPrefix.Length), "D", out Guid key) ? key : null;
}
