using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;

namespace Reeve.Tests.Governance.Identity;

/// <summary>Which keys are made, for whom and by whom.</summary>
public sealed class KeyMakingTests
{
    [Fact]
    public async Task A_key_is_made_with_an_event_that_holds_no_secret()
    {
        Office office = await Office.OpenAsync();

        (ApiKey key, string text) = await office.MakeKeyAsync(owner: "Ada", kind: PrincipalKind.Person, roles: ["admin", "viewer"]);

        key.Roles.ShouldBe(["viewer", "admin"]);
        (LoggedEvent logged, MapValue body) = office.Events(EventType.ApiKeyCreated).ShouldHaveSingleItem();
        (logged.TenantId, logged.ActorId).ShouldBe((Office.North, "local:test"));
        JsonText.ToText(Value.Of(body)).ShouldBe(
            $$$"""{"keyId":"{{{key.Id}}}","kind":"PERSON","owner":"Ada","roles":["viewer","admin"],"createdAt":"2026-01-15T12:00:00Z","createdBy":"local:test","expiresAt":null,"revokedAt":null,"actor":{"kind":"SERVICE","id":"local:test","owner":"root","roles":["platform"]}}""");
        string secret = text[26..];
        office.Store.Events.Where(item => Encoding.UTF8.GetString(item.Body!.Value.Span).Contains(secret, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_text_of_a_key_has_the_decided_form_and_the_id_of_the_key()
    {
        Office office = await Office.OpenAsync();

        (ApiKey key, string text) = await office.MakeKeyAsync();

        text.ShouldMatch("^rv_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{43}$");
        new Guid(Convert.FromBase64String(text[3..25].Replace('-', '+').Replace('_', '/') + "=="), bigEndian: true).ShouldBe(key.Id);
        key.Id.Version.ShouldBe(7);
    }

    [Fact]
    public async Task What_is_stored_of_the_secret_is_its_hash()
    {
        Office office = await Office.OpenAsync();
        (ApiKey key, string text) = await office.MakeKeyAsync();

        StoredKey stored = (await office.Settings.ByIdAsync(key.Id, Office.Token)).ShouldNotBeNull();

        byte[] secret = Convert.FromBase64String(text[26..].Replace('-', '+').Replace('_', '/') + "=");
        stored.SecretHash.ToArray().ShouldBe(System.Security.Cryptography.SHA256.HashData(secret));
    }

    [Fact]
    public async Task No_two_keys_have_one_secret()
    {
        Office office = await Office.OpenAsync();
        HashSet<string> secrets = [];
        for (int i = 0; i < 50; i++)
        {
            secrets.Add((await office.MakeKeyAsync()).Text[26..]);
        }

        secrets.Count.ShouldBe(50);
    }

    [Theory]
    [InlineData("José", "JOSE\u0301")]
    [InlineData("Ada Lovelace", " ada  LOVELACE ")]
    [InlineData("Weiß", "WEISS")]
    public async Task One_owner_is_one_however_it_is_typed(string left, string right)
    {
        Office office = await Office.OpenAsync();

        ApiKey first = (await office.MakeKeyAsync(owner: left)).Key;
        ApiKey second = (await office.MakeKeyAsync(owner: right)).Key;

        second.OwnerFolded.ShouldBe(first.OwnerFolded);
        first.Owner.ShouldBe(left);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Ada\u200B")]
    [InlineData("Ada\u202Eadmin")]
    [InlineData("Ada\u0000")]
    [InlineData("Ada\u001B[31m")]
    [InlineData("\uE000")]
    public async Task An_owner_with_something_unseen_is_refused(string owner)
    {
        Office office = await Office.OpenAsync();

        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(owner: owner))).Error.Code.ShouldBe("AUTH-004");
    }

    // Not among the rows above: the test's own runner replaces half characters.
    [Fact]
    public async Task An_owner_with_half_a_character_is_refused()
    {
        Office office = await Office.OpenAsync();

        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(owner: "Ada\uD800"))).Error.Code.ShouldBe("AUTH-004");
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_has_no_keys()
    {
        Office office = await Office.OpenAsync();

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(tenant: new TenantId("EAST")))).Error;

        (refusal.Code, refusal.Kind.HttpStatus).ShouldBe(("TENANT-003", 404));
        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(tenant: new TenantId("$other")))).Error.Code.ShouldBe("TENANT-001");
    }

    [Fact]
    public async Task A_platform_key_belongs_to_the_platform_alone()
    {
        Office office = await Office.OpenAsync();

        (ApiKey key, string text) = await office.MakeKeyAsync(tenant: PlatformTenant.Id, roles: "platform");

        key.TenantId.Value.ShouldBe("$platform");
        office.Events(EventType.ApiKeyCreated).ShouldHaveSingleItem().Event.TenantId.ShouldBe(PlatformTenant.Id);
        (await office.Keys.AuthenticateAsync(text, Office.Token)).ShouldNotBeNull().Principal.Roles.ShouldBe(["platform"]);
        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(tenant: PlatformTenant.Id, roles: "admin"))).Error.Code.ShouldBe("AUTH-005");
        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(roles: "platform"))).Error.Code.ShouldBe("AUTH-005");
    }

    [Theory]
    [InlineData("Admin")]
    [InlineData("root")]
    [InlineData("viewer,admin")]
    [InlineData("")]
    public async Task A_role_that_is_not_known_is_refused(string role)
    {
        Office office = await Office.OpenAsync();

        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(roles: ["viewer", role]))).Error.Code.ShouldBe("AUTH-005");
    }

    [Fact]
    public async Task A_key_without_a_role_is_refused()
    {
        Office office = await Office.OpenAsync();
        KeyRequest request = new(Office.North, PrincipalKind.Service, "Ada", [], null);

        (await Should.ThrowAsync<ReeveException>(() => office.Keys.CreateAsync(request, Office.Root, Office.Token))).Error.Code.ShouldBe("AUTH-005");
    }

    [Fact]
    public async Task An_agent_has_no_key()
    {
        Office office = await Office.OpenAsync();

        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(kind: PrincipalKind.Agent))).Error.Code.ShouldBe("AUTH-006");
    }

    [Fact]
    public async Task A_key_that_is_over_before_it_begins_is_refused()
    {
        Office office = await Office.OpenAsync();
        DateTimeOffset now = office.Clock.GetUtcNow();

        (await Should.ThrowAsync<ReeveException>(() => office.MakeKeyAsync(expires: now))).Error.Code.ShouldBe("AUTH-007");
        (await office.MakeKeyAsync(expires: now.AddTicks(19))).Key.ExpiresAt.ShouldBe(now.AddTicks(10));
        (await office.MakeKeyAsync(expires: DateTimeOffset.MaxValue)).Key.ExpiresAt.ShouldNotBeNull().Year.ShouldBe(9999);
    }

    [Fact]
    public async Task An_admin_makes_no_key_that_reaches_beyond_the_tenant()
    {
        Office office = await Office.OpenAsync();
        KeyRequest request = new(Office.North, PrincipalKind.Service, "Ada", ["viewer", "supervisor"], null);

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => office.Keys.CreateAsync(request, Office.Admin, Office.Token))).Error;

        (refusal.Code, refusal.Kind.HttpStatus).ShouldBe(("AUTH-008", 403));
        await office.Keys.CreateAsync(request with { Roles = ["viewer", "admin"] }, Office.Admin, Office.Token);
        office.Events(EventType.ApiKeyCreated).ShouldHaveSingleItem().Event.ActorId.ShouldBe("key:1");
    }
}
