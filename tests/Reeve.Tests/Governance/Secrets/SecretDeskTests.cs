using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Encryption;
using Reeve.Governance.Secrets;
using Reeve.Governance.Tenants;

namespace Reeve.Tests.Governance.Secrets;

/// <summary>A tool is given what its reference names, from the first place that has it, and nobody else sees it.</summary>
public sealed class SecretDeskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);
    private Office office = new();
    private SealedDesk? sealedDesk;

    private string Mounted => Path.Combine(folder.Path, "run");

    private string KeyFile => folder.File("master.key");

    public void Dispose()
    {
        sealedDesk?.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_environment_comes_before_files_and_those_before_the_tenants_and_that_before_the_platforms()
    {
        SecretDesk desk = await OpenAsync();
        await SetAsync(desk, PlatformTenant.Id, "mail.api-key", "platform");
        (await ResolveAsync(desk, "secret://mail.api-key")).ShouldBe("platform");

        await SetAsync(desk, Office.North, "mail.api-key", "tenant");
        (await ResolveAsync(desk, "secret://mail.api-key")).ShouldBe("tenant");
        (await ResolveAsync(desk, "secret://mail.api-key", Office.South)).ShouldBe("platform");

        Mount("mail.api-key", "file\n"u8);
        (await ResolveAsync(desk, "secret://mail.api-key")).ShouldBe("file");

        environment["REEVE_SECRET_MAIL_API_KEY"] = "environment";
        (await ResolveAsync(desk, "secret://mail.api-key")).ShouldBe("environment");
    }

    [Fact]
    public async Task What_was_changed_or_removed_is_used_no_more_by_the_next_call_of_any_node()
    {
        SecretDesk desk = await OpenAsync();
        SecretDesk other = NewDesk();
        await SetAsync(desk, Office.North, "token", "first");
        (await ResolveAsync(other, "secret://token")).ShouldBe("first");

        await SetAsync(desk, Office.North, "token", "second");
        (await ResolveAsync(other, "secret://token")).ShouldBe("second");

        await desk.RemoveAsync(Office.North, "token", Office.Admin, Office.Token);
        (await RefusalAsync(other, "secret://token")).Code.ShouldBe("TOOL-025");
        (await Should.ThrowAsync<ReeveException>(() => desk.RemoveAsync(Office.North, "token", Office.Admin, Office.Token))).Error.Code.ShouldBe("SECRET-003");
    }

    [Theory]
    [InlineData("")]
    [InlineData("token")]
    [InlineData("secret://")]
    [InlineData("secret:token")]
    [InlineData("SECRET://token")]
    [InlineData("secret://..")]
    [InlineData("secret://.")]
    [InlineData("secret://a..b")]
    [InlineData("secret://../token")]
    [InlineData("secret://a/token")]
    [InlineData("secret:///etc/passwd")]
    [InlineData("secret://a\\token")]
    [InlineData("secret://token\0")]
    [InlineData("secret://.token")]
    [InlineData("secret://-token")]
    [InlineData("secret://token.")]
    [InlineData("secret://tökén")]
    [InlineData("secret://token ")]
    [InlineData("secret://master-key-check")]
    [InlineData("secret://MASTER_KEY.check")]
    [InlineData("secret://master-key")]
    [InlineData("secret://data-protection")]
    [InlineData("secret://reeve-master-key")]
    public async Task What_is_no_reference_or_names_what_Reeve_keeps_for_itself_gives_nothing(string reference)
    {
        SecretDesk desk = await OpenAsync();
        foreach (string name in new[] { "token", "master-key-check", "master-key", "reeve-master-key", ".token", "-token", "data-protection" })
        {
            Mount(name, "there"u8);
        }

        foreach (string name in new[] { "MASTER_KEY", "MASTER_KEY_CHECK", "REEVE_MASTER_KEY", "DATA_PROTECTION", "" })
        {
            environment["REEVE_SECRET_" + name] = "there";
        }

        ReeveError refusal = await RefusalAsync(desk, reference);

        (refusal.Code, refusal.Subject).ShouldBe(("TOOL-025", null));
        refusal.Message.ShouldNotContain("there");
    }

    [Fact]
    public async Task A_secret_that_was_written_where_a_reference_belongs_is_not_repeated()
    {
        SecretDesk desk = await OpenAsync();

        (await RefusalAsync(desk, "hunter2")).ToString().ShouldNotContain("hunter2");
        (await RefusalAsync(desk, "secret://hunter2/hunter2")).ToString().ShouldNotContain("hunter2");
        (await RefusalAsync(desk, "secret://unknown")).ToString().ShouldContain("secret://unknown");
    }

    [Fact]
    public async Task A_file_that_is_there_and_cannot_be_used_ends_the_search()
    {
        SecretDesk desk = await OpenAsync();
        await SetAsync(desk, Office.North, "token", "sealed");
        foreach (byte[] content in new byte[][] { [], "\n"u8.ToArray(), [0xFF, 0xFE], new byte[(64 * 1024) + 1], [.. Enumerable.Repeat((byte)'a', 80_000)] })
        {
            Mount("token", content);
            (await RefusalAsync(desk, "secret://token")).Code.ShouldBe("TOOL-025", $"{content.Length} bytes");
        }

        File.Delete(Path.Combine(Mounted, "token"));
        Directory.CreateDirectory(Path.Combine(Mounted, "token"));
        (await RefusalAsync(desk, "secret://token")).Code.ShouldBe("TOOL-025");
    }

    [Theory]
    [InlineData("one\n", "one")]
    [InlineData("one\r\n", "one")]
    [InlineData("one\n\n", "one\n")]
    [InlineData(" one ", " one ")]
    [InlineData("one\ntwo", "one\ntwo")]
    public async Task Of_a_file_and_of_what_is_entered_one_line_end_is_cut(string content, string expected)
    {
        SecretDesk desk = await OpenAsync();
        Mount("filed", Encoding.UTF8.GetBytes(content));
        await SetAsync(desk, Office.North, "sealed", content);

        (await ResolveAsync(desk, "secret://filed")).ShouldBe(expected);
        (await ResolveAsync(desk, "secret://sealed")).ShouldBe(expected);
    }

    [Fact]
    public async Task The_longest_value_fits_and_one_byte_more_does_not()
    {
        SecretDesk desk = await OpenAsync();
        string longest = new('a', 64 * 1024);
        Mount("filed", Encoding.UTF8.GetBytes(longest + "\r\n"));
        await SetAsync(desk, Office.North, "sealed", longest + "\n");

        (await ResolveAsync(desk, "secret://filed")).ShouldBe(longest);
        (await ResolveAsync(desk, "secret://sealed")).ShouldBe(longest);
        (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, Office.North, "sealed", longest + "a"))).Error.Code.ShouldBe("SECRET-002");
        (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, Office.North, "sealed", ""))).Error.Code.ShouldBe("SECRET-002");
        (await Should.ThrowAsync<ReeveException>(() => desk.SetAsync(Office.North, "sealed", new byte[] { 0xC3 }, Office.Admin, Office.Token))).Error.Code.ShouldBe("SECRET-002");
    }

    [Fact]
    public async Task The_file_of_the_master_key_is_given_to_nobody_whatever_it_is_called()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        SecretDesk desk = await OpenAsync();
        Mount("other", "x"u8);
        File.CreateSymbolicLink(Path.Combine(Mounted, "innocent"), KeyFile);
        SecretDesk mountedKey = NewDesk(keyFile: Path.Combine(Mounted, "other"));

        (await RefusalAsync(desk, "secret://innocent")).Code.ShouldBe("TOOL-025");
        (await RefusalAsync(mountedKey, "secret://other")).Code.ShouldBe("TOOL-025");
        (await ResolveAsync(desk, "secret://other")).ShouldBe("x");
    }

    [Fact]
    public async Task A_list_says_who_and_when_and_events_name_the_secret_and_neither_has_its_value()
    {
        SecretDesk desk = await OpenAsync();
        await SetAsync(desk, Office.North, "b", "hunter2");
        office.Clock.Advance(TimeSpan.FromMinutes(1));
        await SetAsync(desk, Office.North, "a", "hunter2", Office.Root);
        await SetAsync(desk, Office.South, "c", "hunter2");
        await desk.RemoveAsync(Office.South, "c", Office.Admin, Office.Token);

        IReadOnlyList<SecretEntry> listed = await desk.ListAsync(Office.North, Office.Admin, Office.Token);

        DateTimeOffset now = TimeText.ToMicroseconds(office.Clock.GetUtcNow());
        listed.ShouldBe([new(Office.North, "a", now, "local:test", "root"), new(Office.North, "b", now.AddMinutes(-1), "key:1", "Ada")]);
        office.Events(EventType.SecretSet).Select(said => (said.Event.TenantId, said.Body["name"].AsString(), said.Body["actor"].AsMap()["id"].AsString()))
            .ShouldBe([(Office.North, "b", "key:1"), (Office.North, "a", "local:test"), (Office.South, "c", "key:1")]);
        office.Events(EventType.SecretRemoved).ShouldHaveSingleItem().Body["name"].AsString().ShouldBe("c");
        office.Store.Events.Where(static item => Encoding.UTF8.GetString(item.Body!.Value.Span).Contains("hunter2", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_that_are_none_or_are_Reeves_are_not_entered()
    {
        SecretDesk desk = await OpenAsync();
        foreach (string name in new[] { "", "..", "a/b", "../a", "a b", "master-key-check", "Master.Key", "reeve_x", new string('a', 129) })
        {
            (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, PlatformTenant.Id, name, "x", Office.Root))).Error.Code.ShouldBe("SECRET-001", name);
            (await Should.ThrowAsync<ReeveException>(() => desk.RemoveAsync(PlatformTenant.Id, name, Office.Root, Office.Token))).Error.Code.ShouldBe("SECRET-001", name);
        }

        await SetAsync(desk, PlatformTenant.Id, new string('a', 128), "x", Office.Root);
        (await sealedDesk!.FindAsync(PlatformTenant.Id, "master-key-check", Office.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tenants_admin_manages_the_tenants_and_only_the_administrator_the_platforms()
    {
        SecretDesk desk = await OpenAsync();
        foreach (string role in new[] { "viewer", "operator", "developer", "supervisor", "auditor" })
        {
            Principal other = new(PrincipalKind.Person, "key:2", "Bo", [role]);
            (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, Office.North, "token", "x", other))).Error.Code.ShouldBe("AUTH-002");
            (await Should.ThrowAsync<ReeveException>(() => desk.ListAsync(Office.North, other, Office.Token))).Error.Code.ShouldBe("AUTH-002");
            (await Should.ThrowAsync<ReeveException>(() => desk.RemoveAsync(Office.North, "token", other, Office.Token))).Error.Code.ShouldBe("AUTH-002");
        }

        (await Should.ThrowAsync<ReeveException>(() => desk.SetAsync(PlatformTenant.Id, "token", "x"u8.ToArray(), Office.Admin, Office.Token))).Error.Code.ShouldBe("AUTH-002");
        (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, new TenantId("NOWHERE"), "token", "x", Office.Root))).Error.Code.ShouldBe("TENANT-003");
        office.Events(EventType.SecretSet).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_master_key_the_other_places_still_serve()
    {
        _ = await OpenAsync();
        SecretDesk desk = new(new SecretPlaces { Environment = environment, Folder = Mounted }, null, office.Tenants, office.Clock);
        environment["REEVE_SECRET_TOKEN"] = "there";

        (await ResolveAsync(desk, "secret://token")).ShouldBe("there");
        (await RefusalAsync(desk, "secret://other")).Code.ShouldBe("TOOL-025");
        (await Should.ThrowAsync<ReeveException>(() => SetAsync(desk, Office.North, "token", "x"))).Error.Code.ShouldBe("SEAL-001");
    }

    private async Task<SecretDesk> OpenAsync()
    {
        office = await Office.OpenAsync();
        Directory.CreateDirectory(Mounted);
        sealedDesk = await SealedDesk.OpenAsync(KeyFile, mayCreate: true, office.Settings, office.Store, office.Clock, Office.Token);
        return NewDesk();
    }

    private SecretDesk NewDesk(string? keyFile = null) =>
        new(new SecretPlaces { Environment = environment, Folder = Mounted, MasterKeyFile = keyFile ?? KeyFile }, sealedDesk, office.Tenants, office.Clock);

    private void Mount(string name, ReadOnlySpan<byte> content) => File.WriteAllBytes(Path.Combine(Mounted, name), content);

    private static Task SetAsync(SecretDesk desk, TenantId scope, string name, string value, Principal? actor = null) =>
        desk.SetAsync(scope, name, Encoding.UTF8.GetBytes(value), actor ?? (scope == PlatformTenant.Id ? Office.Root : Office.Admin), Office.Token);

    private static async Task<string> ResolveAsync(SecretDesk desk, string reference, TenantId? tenant = null) =>
        await desk.ResolveAsync(tenant ?? Office.North, reference, Office.Token);

    private static async Task<ReeveError> RefusalAsync(SecretDesk desk, string reference) =>
        (await Should.ThrowAsync<ReeveException>(async () => await desk.ResolveAsync(Office.North, reference, Office.Token))).Error;
}
