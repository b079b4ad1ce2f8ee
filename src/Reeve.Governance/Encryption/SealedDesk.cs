using System.Security.Cryptography;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Encryption;

/// <summary>The door to secrets that are kept in the store, sealed under the master key. Thread-safe; disposing wipes the key.</summary>
public sealed class SealedDesk : IDisposable
{
    // Sealed at the first start; whoever comes with another key is found out before anything is written with it.
    private const string CheckName = "master-key-check";
    private static readonly byte[] CheckValue = "reeve.master-key-check.1"u8.ToArray();

    private readonly ISealedStore store;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly MasterKey key;
    private readonly Vault vault;

    private SealedDesk(ISealedStore store, ICommitter committer, TimeProvider clock, MasterKey key)
    {
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        this.key = key;
        vault = new Vault(key);
    }

    /// <summary>
    /// Reads the master key and proves that it is the one this store was sealed with. At the first start of a store the proof is
    /// laid down, and with it the key, where that is allowed.
    /// </summary>
    /// <param name="keyFile">The file of the key.</param>
    /// <param name="mayCreate">Whether a missing file is made when nothing was ever sealed in this store: for a store of one machine.</param>
    /// <param name="store">The sealed values.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="ReeveException">SEAL-001 to SEAL-006.</exception>
    public static async Task<SealedDesk> OpenAsync(
        string keyFile, bool mayCreate, ISealedStore store, ICommitter committer, TimeProvider clock, CancellationToken cancellationToken)
    {
        SealedValue? check = await store.FindAsync(PlatformTenant.Id, CheckName, cancellationToken);
        MasterKey key = mayCreate && check is null && !File.Exists(keyFile) ? MasterKeyFile.Create(keyFile) : MasterKeyFile.Read(keyFile);
        SealedDesk desk = new(store, committer, clock, key);
        try
        {
            await desk.ProveAsync(check, cancellationToken);
            return desk;
        }
        catch
        {
            desk.Dispose();
            throw;
        }
    }

    /// <summary>Seals a value and stores it under a name, in the place of what had that name.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public Task StoreAsync(TenantId tenant, string name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        PutAsync(tenant, [new SealedChange.Put(Sealed(tenant, name, value.Span, TimeText.ToMicroseconds(clock.GetUtcNow())))], cancellationToken);

    /// <summary>The same, with what the log says about it in the same commit; the value is of that event's time.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public Task StoreAsync(TenantId tenant, string name, ReadOnlyMemory<byte> value, EventDraft said, CancellationToken cancellationToken) =>
        PutAsync(tenant, [new SealedChange.Put(Sealed(tenant, name, value.Span, said.At)), new Change.Append(said)], cancellationToken);

    /// <summary>Removes a value, with what the log says about it in the same commit.</summary>
    /// <returns>False when there is none of that name: then nothing is said, either.</returns>
    /// <exception cref="ReeveException">STORE-….</exception>
    public async Task<bool> RemoveAsync(TenantId tenant, string name, EventDraft said, CancellationToken cancellationToken) =>
        await committer.CommitAloneAsync(tenant, [new SealedChange.Removed(tenant, name), new Change.Append(said)], cancellationToken) is CommitOutcome.Committed;

    /// <summary>A value; null when there is none of that name. The caller wipes it when it is done with it.</summary>
    /// <exception cref="ReeveException">SEAL-004, SEAL-005; STORE-….</exception>
    public async Task<byte[]?> FindAsync(TenantId tenant, string name, CancellationToken cancellationToken) =>
        await store.FindAsync(tenant, name, cancellationToken) is { } found ? vault.Open(tenant, name, found.Envelope.Span) : null;

    /// <summary>Every value whose name begins with a prefix, by name in byte order. The caller wipes them when it is done with them.</summary>
    /// <exception cref="ReeveException">SEAL-004, SEAL-005; STORE-….</exception>
    public async Task<IReadOnlyList<OpenedValue>> ListAsync(TenantId tenant, string prefix, CancellationToken cancellationToken)
    {
        IReadOnlyList<SealedValue> found = await store.ListAsync(tenant, prefix, cancellationToken);
        return [.. found.Select(value => new OpenedValue(value.Name, vault.Open(tenant, value.Name, value.Envelope.Span), value.UpdatedAt))];
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private async Task ProveAsync(SealedValue? check, CancellationToken cancellationToken)
    {
        if (check is null)
        {
            SealedChange.Added first = new(Sealed(PlatformTenant.Id, CheckName, CheckValue, TimeText.ToMicroseconds(clock.GetUtcNow())));
            if (await committer.CommitAloneAsync(PlatformTenant.Id, [first], cancellationToken) is CommitOutcome.Committed)
            {
                return;
            }

            // Another node started at the same moment; its key must be ours.
            check = await store.FindAsync(PlatformTenant.Id, CheckName, cancellationToken)
                ?? throw new InvalidOperationException("The check of the master key was there already and cannot be found.");
        }

        byte[] value = vault.Open(PlatformTenant.Id, CheckName, check.Envelope.Span);
        if (!CryptographicOperations.FixedTimeEquals(value, CheckValue))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.Broken, "The check of the master key holds another text.", CheckName));
        }
    }

    private async Task PutAsync(TenantId tenant, Change[] changes, CancellationToken cancellationToken)
    {
        CommitOutcome outcome = await committer.CommitAloneAsync(tenant, changes, cancellationToken);
        if (outcome is not CommitOutcome.Committed)
        {
            throw new InvalidOperationException($"A value that is put cannot meet another: {outcome}.");
        }
    }

    private SealedValue Sealed(TenantId tenant, string name, ReadOnlySpan<byte> value, DateTimeOffset at) => new(tenant, name, vault.Seal(tenant, name, value), at);
}

/// <summary>A sealed value, opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What was sealed.</param>
/// <param name="UpdatedAt">When it was sealed, UTC, microseconds.</param>
public sealed record OpenedValue(string Name, byte[] Value, DateTimeOffset UpdatedAt);
