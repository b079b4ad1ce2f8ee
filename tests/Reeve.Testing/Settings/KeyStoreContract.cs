using System.Security.Cryptography;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Identity;

namespace Reeve.Testing.Settings;

/// <summary>What every store of keys does.</summary>
public abstract class KeyStoreContract : SettingsContract
{
    [Fact]
    public async Task A_key_comes_back_as_it_was_added()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey stored = Make(North, At);

        await MustCommitAsync(stores, new KeyChange.Added(stored));

        ShouldBe(await stores.Keys.FindAsync(North, stored.Key.Id, Token), stored.Key);
        ShouldBe((await stores.Keys.ListAsync(North, Token)).ShouldHaveSingleItem(), stored.Key);
    }

    [Fact]
    public async Task A_key_is_found_by_its_id_alone_with_the_hash_of_its_secret()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey north = Make(North, At);
        StoredKey south = Make(South, At) with { Key = Make(South, At).Key with { ExpiresAt = null, Kind = PrincipalKind.Service } };
        await MustCommitAsync(stores, new KeyChange.Added(north));
        await MustCommitAsync(stores, new KeyChange.Added(south));

        StoredKey found = (await stores.Keys.ByIdAsync(south.Key.Id, Token)).ShouldNotBeNull();

        ShouldBe(found.Key, south.Key);
        found.SecretHash.ToArray().ShouldBe(south.SecretHash.ToArray());
        (await stores.Keys.ByIdAsync(Guid.CreateVersion7(At), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Another_tenants_key_is_neither_found_nor_listed_nor_revoked()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey south = Make(South, At);
        await MustCommitAsync(stores, new KeyChange.Added(south));

        (await stores.Keys.FindAsync(North, south.Key.Id, Token)).ShouldBeNull();
        (await stores.Keys.ListAsync(North, Token)).ShouldBeEmpty();
        (await CommitAsync(stores, new KeyChange.Revoked(North, south.Key.Id, At))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await stores.Keys.FindAsync(South, south.Key.Id, Token)).ShouldNotBeNull().RevokedAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_key_is_revoked_once()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey key = Make(North, At);
        await MustCommitAsync(stores, new KeyChange.Added(key));

        await MustCommitAsync(stores, new KeyChange.Revoked(North, key.Key.Id, At.AddHours(1)));
        CommitOutcome again = await CommitAsync(stores, new KeyChange.Revoked(North, key.Key.Id, At.AddHours(2)));

        again.ShouldBeOfType<CommitOutcome.MovedOn>();
        (await stores.Keys.ByIdAsync(key.Key.Id, Token)).ShouldNotBeNull().Key.RevokedAt.ShouldBe(At.AddHours(1));
    }

    [Fact]
    public async Task The_id_of_a_key_is_taken_for_every_tenant()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey key = Make(North, At);
        await MustCommitAsync(stores, new KeyChange.Added(key));

        (await CommitAsync(stores, new KeyChange.Added(key with { Key = key.Key with { TenantId = South } }))).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Keys.ByIdAsync(key.Key.Id, Token)).ShouldNotBeNull().Key.TenantId.ShouldBe(North);
    }

    [Fact]
    public async Task Keys_are_listed_newest_first()
    {
        await using SettingsStores stores = await OpenAsync();
        StoredKey[] keys = [.. new[] { 2, 0, 3, 1 }.Select(minutes => Make(North, At.AddMinutes(minutes)))];
        foreach (StoredKey key in keys)
        {
            await MustCommitAsync(stores, new KeyChange.Added(key));
        }

        (await stores.Keys.ListAsync(North, Token)).Select(key => key.CreatedAt).ShouldBe([At.AddMinutes(3), At.AddMinutes(2), At.AddMinutes(1), At]);
    }

    private static StoredKey Make(TenantId tenant, DateTimeOffset at) => new(
        new ApiKey(tenant, Guid.CreateVersion7(at), PrincipalKind.Person, "Änne O'Hara", ["viewer", "admin"], at, "local:me", at.AddDays(1), null),
        RandomNumberGenerator.GetBytes(32));

    private static void ShouldBe(ApiKey? found, ApiKey wanted)
    {
        found.ShouldNotBeNull().Roles.ShouldBe(wanted.Roles);
        found.ShouldBe(wanted with { Roles = found.Roles });
    }
}
