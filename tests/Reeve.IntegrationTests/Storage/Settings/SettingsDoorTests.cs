using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Encryption;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Settings;

namespace Reeve.IntegrationTests.Storage.Settings;

/// <summary>Tenants, keys, packs and secrets by their doors, over the committer and both databases.</summary>
public sealed class SettingsDoorTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("SOUTH");
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_key_opens_its_tenant_until_it_is_revoked_and_every_change_is_in_the_log(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using SettingsStores node = await SettingsStores.NodeAsync(store);
        TenantDesk tenants = new(node.Tenants, node.Committer, TimeProvider.System);
        KeyDesk keys = new(node.Keys, tenants, node.Committer, SignalBoard.OfOneProcess(), TimeProvider.System);
        await tenants.CreateAsync(North, "The North", AutomationMode.Shadow, Root, Token);
        await tenants.CreateAsync(South, null, AutomationMode.Shadow, Root, Token);

        (ApiKey key, string text) = await keys.CreateAsync(new KeyRequest(North, PrincipalKind.Person, "José", ["admin"], null), Root, Token);
        (_, string platform) = await keys.CreateAsync(new KeyRequest(PlatformTenant.Id, PrincipalKind.Person, "Root", ["platform"], null), Root, Token);

        (await keys.AuthenticateAsync(text, Token)).ShouldNotBeNull().TenantId.ShouldBe(North);
        (await keys.AuthenticateAsync(platform, Token)).ShouldNotBeNull().TenantId.ShouldBe(PlatformTenant.Id);
        (await keys.RevokeAsync(South, key.Id, Root, Token)).ShouldBeFalse();
        (await keys.RevokeAsync(North, key.Id, Root, Token)).ShouldBeTrue();
        (await keys.AuthenticateAsync(text, Token)).ShouldBeNull();
        (await tenants.ListAsync(Token)).Select(tenant => tenant.Id).ShouldBe([North, South]);
        (await store.QueryAsync("select tenant_id, type from events order by tenant_id, type")).Select(row => string.Join(' ', row)).ShouldBe(
            ["$platform ApiKeyCreated", "NORTH ApiKeyCreated", "NORTH ApiKeyRevoked", "NORTH TenantCreated", "SOUTH TenantCreated"]);
        (await store.ScalarAsync("select owner_folded from api_keys where tenant_id = 'NORTH'")).ShouldBe("josé");
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task The_secret_of_a_key_is_nowhere_in_the_store(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using SettingsStores node = await SettingsStores.NodeAsync(store);
        TenantDesk tenants = new(node.Tenants, node.Committer, TimeProvider.System);
        KeyDesk keys = new(node.Keys, tenants, node.Committer, SignalBoard.OfOneProcess(), TimeProvider.System);
        await tenants.CreateAsync(North, null, AutomationMode.Shadow, Root, Token);

        (_, string text) = await keys.CreateAsync(new KeyRequest(North, PrincipalKind.Service, "CI", ["operator"], null), Root, Token);

        byte[] secret = Convert.FromBase64String(text[26..].Replace('-', '+').Replace('_', '/') + "=");
        IEnumerable<object?> everything = (await store.QueryAsync("select * from api_keys")).Concat(await store.QueryAsync("select * from events")).SelectMany(row => row);
        foreach (object? value in everything)
        {
            byte[] bytes = value as byte[] ?? Encoding.UTF8.GetBytes(value?.ToString() ?? "");
            bytes.AsSpan().IndexOf(secret).ShouldBe(-1);
            Encoding.UTF8.GetString(bytes).ShouldNotContain(text[26..]);
        }
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task The_sample_packs_come_back_and_bind_as_before(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using SettingsStores node = await SettingsStores.NodeAsync(store);
        PackRegistry packs = new(node.Packs, node.Committer, TimeProvider.System, SignalBoard.OfOneProcess());
        foreach (string policyFile in Directory.EnumerateFiles(Path.Combine(Repository.Root, "packs"), "policy.*.yaml", SearchOption.AllDirectories))
        {
            string file = Path.Combine(Path.GetDirectoryName(policyFile)!, "domain.yaml");
            Document policyText = Engine.PackFiles.PackFileReader.Read(policyFile);
            TenantId tenant = new(policyText.Root.AsMap()["tenantId"].AsString());
            StoredPack domain = await packs.StoreAsync(tenant, Engine.PackFiles.PackFileReader.Read(file), Root, Token);
            StoredPack policy = await packs.StoreAsync(tenant, policyText, Root, Token);
            await packs.ActivateAsync(tenant, [domain.Key, policy.Key], Root, Token);

            BoundPolicy bound = await packs.ActiveAsync(tenant, null, Token);

            (bound.Domain.ContentHash, bound.Policy.ContentHash).ShouldBe((domain.ContentHash, policy.ContentHash));
            (await node.Packs.FindAsync(tenant, domain.Key, Token)).ShouldNotBeNull().Json.ToArray().ShouldBe(bound.Domain.Source.Json.ToArray());
            (await new PackRegistry(node.Packs, node.Committer, TimeProvider.System, SignalBoard.OfOneProcess()).ByHashAsync(tenant, domain.ContentHash, policy.ContentHash, Token)).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task On_two_nodes_one_content_gets_the_version_and_what_is_active_fits()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using SettingsStores left = await SettingsStores.NodeAsync(store);
        await using SettingsStores right = await SettingsStores.NodeAsync(store);
        PackRegistry[] nodes = [.. new[] { left, right }.Select(node => new PackRegistry(node.Packs, node.Committer, TimeProvider.System, SignalBoard.OfOneProcess()))];

        Task<StoredPack>[] race = [.. Enumerable.Range(0, 8).Select(i => StoreAsync(nodes[i % 2], Domain("0.1.0", "tool", $"content {i % 4}")))];
        await Task.WhenAny(Task.WhenAll(race));

        race.Where(one => one.IsCompletedSuccessfully).Select(one => one.Result.ContentHash).Distinct().Count().ShouldBe(1);
        race.Where(one => one.IsFaulted).ShouldAllBe(one => ((ReeveException)one.Exception!.InnerException!).Error.Code == "PACK-036");

        // Version 1 of the policy fits version 1 of the domain pack alone, and 2 only 2.
        StoredPack[] domains = [await StoreAsync(nodes[0], Domain("1.0.0", "first")), await StoreAsync(nodes[1], Domain("2.0.0", "second"))];
        StoredPack[] policies = new StoredPack[2];
        for (int i = 0; i < 2; i++)
        {
            await nodes[i].ActivateAsync(North, domains[i].Key, Root, Token);
            policies[i] = await StoreAsync(nodes[i], Make.With(Make.With(Make.Policy, "version", $"\"{i + 1}\""), "approvedTools", i == 0 ? """["first"]""" : """["second"]"""));
        }

        await nodes[0].ActivateAsync(North, [domains[0].Key, policies[0].Key], Root, Token);
        for (int round = 0; round < 15; round++)
        {
            PackVersionKey[][] wishes = [[domains[1].Key], [policies[1].Key], [domains[1].Key, policies[1].Key], [domains[0].Key, policies[0].Key], [domains[0].Key], [policies[0].Key]];
            await Task.WhenAll(wishes.Select((wish, i) => TryAsync(nodes[(i + round) % 2], wish)));

            (await left.Packs.ActiveAsync(North, Token)).Select(pack => pack.Key.Version[..1]).Distinct().Count().ShouldBe(1, $"round {round}");
        }

        static async Task TryAsync(PackRegistry node, PackVersionKey[] wish)
        {
            try
            {
                await node.ActivateAsync(North, wish, Root, Token);
            }
            catch (ReeveException refusal) when (refusal.Error.Code is "PACK-013" or "PACK-042")
            {
                // It would not have fitted, or the others were too many.
            }
        }
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_secret_survives_a_restart_and_opens_with_its_key_alone(Dialect dialect)
    {
        using TemporaryFolder folder = new();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using SettingsStores node = await SettingsStores.NodeAsync(store);
        string file = folder.File("master.key");
        using (SealedDesk first = await OpenAsync(file, mayCreate: true))
        {
            await first.StoreAsync(North, "smtp", "hunter2"u8.ToArray(), Token);
            await first.StoreAsync(North, "smtp", "hunter3"u8.ToArray(), Token);
        }

        using SealedDesk again = await OpenAsync(file, mayCreate: false);
        Encoding.UTF8.GetString((await again.FindAsync(North, "smtp", Token)).ShouldNotBeNull()).ShouldBe("hunter3");
        (await again.FindAsync(South, "smtp", Token)).ShouldBeNull();

        string other = folder.File("other.key");
        MasterKeyFile.Create(other).Dispose();
        (await Should.ThrowAsync<ReeveException>(() => OpenAsync(other, mayCreate: false))).Error.Code.ShouldBe("SEAL-005");

        Task<SealedDesk> OpenAsync(string key, bool mayCreate) => SealedDesk.OpenAsync(key, mayCreate, node.Sealed, node.Committer, TimeProvider.System, Token);
    }

    private static Task<StoredPack> StoreAsync(PackRegistry node, string json) =>
        node.StoreAsync(North, DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default), Root, Token);

    private static string Domain(string version, string tool, string description = "") => $$$"""
        {"domainName": "Parcels", "version": "{{{version}}}", "description": "{{{description}}}", "exceptionTypes": {"LOST": {"description": "Gone."}},
         "tools": {"{{{tool}}}": {"description": "Does it."}} }
        """;
}
