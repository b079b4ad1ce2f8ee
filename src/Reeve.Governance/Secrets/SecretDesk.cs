using System.Security.Cryptography;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Encryption;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Secrets;

/// <summary>
/// The door to secrets (EX-TOOL-10): those that people enter, sealed in the store, and those that tools are given by reference. Nothing is kept in memory:
/// what was changed or removed is used by no call that begins afterwards. Thread-safe.
/// </summary>
public sealed class SecretDesk : ISecrets
{
    private readonly SecretPlaces places;
    private readonly SecretFolder folder;
    private readonly SealedDesk? sealedValues;
    private readonly TenantDesk tenants;
    private readonly TimeProvider clock;

    /// <summary>Makes the door.</summary>
    /// <param name="places">The environment's variables, and the folder of files.</param>
    /// <param name="sealedValues">The sealed table; null in a process without the master key, for which it holds nothing.</param>
    /// <param name="tenants">Who can have secrets.</param>
    /// <param name="clock">The clock.</param>
    public SecretDesk(SecretPlaces places, SealedDesk? sealedValues, TenantDesk tenants, TimeProvider clock)
    {
        this.places = places;
        this.sealedValues = sealedValues;
        this.tenants = tenants;
        this.clock = clock;
        folder = new SecretFolder(places.Folder, places.MasterKeyFile);
    }

    /// <inheritdoc/>
    public async ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken)
    {
        if (SecretNames.Referred(reference) is not { } name)
        {
            throw Missing("This is no reference to a secret that a tool may have.", reference);
        }

        if (places.Environment.TryGetValue(SecretNames.Variable(name), out string? given) && given.Length > 0)
        {
            return given;
        }

        try
        {
            // One that is there and cannot be read ends the search: another of the same name would be another credential than the one that was meant.
            return folder.Find(name)
                ?? await FindSealedAsync(tenant, name, cancellationToken)
                ?? (tenant == PlatformTenant.Id ? null : await FindSealedAsync(PlatformTenant.Id, name, cancellationToken))
                ?? throw Missing("Nobody has such a secret.", reference);
        }
        catch (SecretUnreadableException fault)
        {
            throw Missing(fault.Message, reference);
        }
    }

    /// <summary>Sets a secret, in the place of what had the name. The next call that needs it has it, on every node.</summary>
    /// <param name="scope">Whose; <see cref="PlatformTenant.Id"/>: every tenant's that has none of its own.</param>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its value: UTF-8, without the one line end at its end.</param>
    /// <param name="actor">Who sets it: an admin of the tenant, for the platform's its administrator.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be set nevertheless.</param>
    /// <exception cref="ReeveException">SECRET-001, SECRET-002; AUTH-002; TENANT-003; SEAL-001; STORE-….</exception>
    public async Task SetAsync(TenantId scope, string name, ReadOnlyMemory<byte> content, Principal actor, CancellationToken cancellationToken)
    {
        Demand(scope, actor);
        SecretNames.Demand(name);
        string value = SecretText.Read(content.Span)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Secrets.BadValue, "It is empty, longer than 64 KiB, or no UTF-8 text.", name));
        await DemandTenantAsync(scope, cancellationToken);
        byte[] written = SealedSecret.Write(value, actor);
        try
        {
            await Desk().StoreAsync(scope, SealedSecret.Prefix + name, written, SecretEvents.Set(scope, name, Now(), actor), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(written);
        }
    }

    /// <summary>The secrets that people entered, by name in byte order, without their values. Those of environment and files are not among them.</summary>
    /// <exception cref="ReeveException">AUTH-002; TENANT-003; SEAL-001, SEAL-004, SEAL-005; STORE-….</exception>
    public async Task<IReadOnlyList<SecretEntry>> ListAsync(TenantId scope, Principal actor, CancellationToken cancellationToken)
    {
        Demand(scope, actor);
        await DemandTenantAsync(scope, cancellationToken);
        List<SecretEntry> entries = [];
        foreach (OpenedValue opened in await Desk().ListAsync(scope, SealedSecret.Prefix, cancellationToken))
        {
            SealedSecret secret = SealedSecret.Read(opened.Value);
            CryptographicOperations.ZeroMemory(opened.Value);
            entries.Add(new SecretEntry(scope, opened.Name[SealedSecret.Prefix.Length..], opened.UpdatedAt, secret.SetBy, secret.Owner));
        }

        return entries;
    }

    /// <summary>Removes a secret. The next call that needs it is refused, or finds the one behind it.</summary>
    /// <exception cref="ReeveException">SECRET-001, SECRET-003; AUTH-002; TENANT-003; SEAL-001; STORE-….</exception>
    public async Task RemoveAsync(TenantId scope, string name, Principal actor, CancellationToken cancellationToken)
    {
        Demand(scope, actor);
        SecretNames.Demand(name);
        await DemandTenantAsync(scope, cancellationToken);
        if (!await Desk().RemoveAsync(scope, SealedSecret.Prefix + name, SecretEvents.Removed(scope, name, Now(), actor), cancellationToken))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Secrets.NotFound, $"There is no secret {Shown.Name(name)}.", name));
        }
    }

    private static void Demand(TenantId scope, Principal actor) =>
        AccessRules.Demand(actor, scope == PlatformTenant.Id ? Permission.Platform : Permission.ManageSecrets);

    private async Task DemandTenantAsync(TenantId scope, CancellationToken cancellationToken)
    {
        if (scope != PlatformTenant.Id && await tenants.FindAsync(scope, cancellationToken) is null)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.NotFound, $"There is no tenant {Shown.Name(scope.Value)}.", "tenantId"));
        }
    }

    private async Task<string?> FindSealedAsync(TenantId tenant, string name, CancellationToken cancellationToken)
    {
        if (sealedValues is null || await sealedValues.FindAsync(tenant, SealedSecret.Prefix + name, cancellationToken) is not { } content)
        {
            return null;
        }

        try
        {
            return SealedSecret.Read(content).Value;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private SealedDesk Desk() => sealedValues
        ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.KeyMissing, "This process was started without the master key."));

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());

    // A reference may be anything that somebody wrote into a pack, even the secret itself: only what is a name is shown.
    private static ReeveException Missing(string reason, string reference) =>
        new(new ReeveError(ErrorCatalogue.Tools.NoSecret, reason, SecretNames.Referred(reference) is { } name ? "secret://" + name : null));
}

/// <summary>A secret that somebody entered, without its value.</summary>
/// <param name="Scope">Whose; <see cref="PlatformTenant.Id"/> for the platform's.</param>
/// <param name="Name">Its name.</param>
/// <param name="UpdatedAt">When it was set, UTC, microseconds.</param>
/// <param name="SetBy">By whom: a principal's id.</param>
/// <param name="Owner">Whose credential that was.</param>
public sealed record SecretEntry(TenantId Scope, string Name, DateTimeOffset UpdatedAt, string SetBy, string Owner);
