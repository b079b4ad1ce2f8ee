using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Tests.Commands.Places;

/// <summary>What <c>reeve.yaml</c> and the environment say, and everything that is wrong about it.</summary>
public sealed class ReeveSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("reeve-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_committed_page_is_the_table_of_settings() => CommittedDocument.ShouldBeCurrent("docs/configuration.md", ConfigurationDocument.Render());

    [Fact]
    public void Without_a_word_the_defaults_hold()
    {
        ReeveSettings settings = Read();

        (settings.Store, settings.MasterKeyFile, settings.SlotLease).ShouldBe((null, null, TimeSpan.FromSeconds(30)));
        settings.PackFolders.ShouldBeEmpty();
    }

    [Fact]
    public void The_file_that_the_page_shows_is_read()
    {
        File(ConfigurationDocument.Sample);

        ReeveSettings settings = Read();

        settings.Store!.Target.ShouldBe(Path.GetFullPath("/var/lib/reeve/reeve.db"));
        settings.MasterKeyFile.ShouldBe(Path.GetFullPath("/etc/reeve/master.key"));
        settings.PackFolders.ShouldBe([Path.GetFullPath("/etc/reeve/packs"), Path.GetFullPath("/srv/packs")]);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_a_short_name_over_a_long_one()
    {
        File("masterKeyFile: a\nstorage: {slotLeaseSeconds: 5}\npacks: {folders: [x, y, z]}");

        ReeveSettings settings = Read(
            ("REEVE__masterKeyFile", "b"), ("REEVE_MASTER_KEY_FILE", "c"), ("REEVE__STORAGE__SLOTLEASESECONDS", "7"), ("REEVE__PACKS__FOLDERS", "w"));

        settings.MasterKeyFile.ShouldBe(Path.Combine(folder, "c"));
        settings.SlotLease.ShouldBe(TimeSpan.FromSeconds(7));
        settings.PackFolders.ShouldBe([Path.Combine(folder, "w")]);
    }

    [Fact]
    public void Items_of_a_list_stand_in_the_order_of_their_numbers() =>
        Read([.. Enumerable.Range(0, 11).Select(i => ($"REEVE__PACKS__FOLDERS__{i}", $"p{i}"))]).PackFolders
            .ShouldBe([.. Enumerable.Range(0, 11).Select(i => Path.Combine(folder, $"p{i}"))]);

    [Fact]
    public void An_empty_value_is_none() => Read(("REEVE__STORE", ""), ("REEVE__STORAGE__SLOTLEASESECONDS", "")).SlotLease.ShouldBe(TimeSpan.FromSeconds(30));

    [Fact]
    public void Without_a_word_no_mail_is_sent_and_no_program_run() =>
        (Read().Mail, Read().Programs.Folder).ShouldBe((null, null));

    [Fact]
    public void Mails_and_programs_are_as_they_are_set()
    {
        File("tools: {commandFolder: programs, smtp: {host: mail.example.com, port: 465, security: TLS, user: me, password: 'secret://mail', from: reeve@example.com}}");

        ReeveSettings settings = Read();

        settings.Programs.Folder.ShouldBe(Path.Combine(folder, "programs"));
        settings.Mail.ShouldBe(new MailOptions { Host = "mail.example.com", Port = 465, Security = MailSecurity.Tls, User = "me", Password = "secret://mail", From = "reeve@example.com" });
    }

    [Theory]
    [InlineData("host: mail.example.com")]
    [InlineData("host: 'mail.example.com:25', from: a@example.com")]
    [InlineData("host: mail.example.com, from: 'Reeve <a@example.com>'")]
    [InlineData("host: mail.example.com, from: a@example.com, security: ssl")]
    [InlineData("host: mail.example.com, from: a@example.com, user: me")]
    [InlineData("host: mail.example.com, from: a@example.com, password: 'secret://mail'")]
    [InlineData("host: mail.example.com, from: a@example.com, user: me, password: 'secret://mail', security: none")]
    [InlineData("host: mail.example.com, from: a@example.com, user: me, password: hunter2")]
    public void A_mail_server_that_cannot_be_used_is_refused_without_a_word_of_its_password(string settings)
    {
        File($"tools: {{smtp: {{{settings}}}}}");

        ReeveErrorsException fault = Should.Throw<ReeveErrorsException>(() => Read());

        fault.Errors[0].Code.ShouldBe("CFG-003");
        fault.Errors.ShouldAllBe(error => !error.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        File("store: [sqlite:a, sqlite:b]\nstorage: {slotLeaseSeconds: 2, leese: 3}\npacks: {folders: {x: y}}");

        IReadOnlyList<ReeveError> errors = Should.Throw<ReeveErrorsException>(() => Read(("REEVE__STORE", "mysql:secret"), ("REEVE__STROE", "sqlite:x"))).Errors;

        errors.Select(error => error.Code).ShouldBe(["CFG-002", "CFG-002", "CFG-002", "CFG-002", "CFG-002", "STORE-001", "CFG-003"]);
        errors.Select(error => error.Subject!.Split(": ")[^1])
            .ShouldBe(["packs.folders.x", "storage.leese", "store.0", "store.1", "REEVE__STROE", "REEVE__STORE", "storage.slotLeaseSeconds"]);
        errors.ShouldAllBe(error => !error.ToString().Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("3601")]
    [InlineData("+5")]
    [InlineData("5.0")]
    [InlineData("long")]
    public void A_lease_out_of_range_is_refused(string text) =>
        Should.Throw<ReeveErrorsException>(() => Read(("REEVE__STORAGE__SLOTLEASESECONDS", text))).Errors.Single().Message.ShouldContain("3 to 3600");

    [Fact]
    public void What_tools_may_reach_is_given_as_lists_or_with_commas()
    {
        File("tools: {allowedPrivateHosts: [\"erp.internal:8443\", \"[fd00::1]:80\"], answerKibibytes: 2, connectionsPerTarget: 3}");

        OutboundOptions outbound = Read(("REEVE__TOOLS__ALLOWEDDOMAINS", "*.example.com, one.test")).Outbound;

        outbound.AllowedPrivateHosts.ShouldBe(["erp.internal:8443", "[fd00::1]:80"]);
        outbound.AllowedDomains.ShouldBe(["*.example.com", "one.test"]);
        (outbound.AnswerBytes, outbound.ConnectionsPerTarget).ShouldBe((2048, 3));
    }

    [Theory]
    [InlineData("ALLOWEDPRIVATEHOSTS", "erp.internal")]
    [InlineData("ALLOWEDPRIVATEHOSTS", "erp.internal:0")]
    [InlineData("ALLOWEDPRIVATEHOSTS", "https://erp.internal:443")]
    [InlineData("ALLOWEDPRIVATEHOSTS", "user@erp.internal:443")]
    [InlineData("ALLOWEDDOMAINS", "*")]
    [InlineData("ALLOWEDDOMAINS", "https://example.com")]
    [InlineData("ALLOWEDDOMAINS", "example.*")]
    [InlineData("ANSWERKIBIBYTES", "0")]
    public void What_names_no_target_is_refused(string name, string text) =>
        Should.Throw<ReeveErrorsException>(() => Read(("REEVE__TOOLS__" + name, text))).Errors.Single().Code.ShouldBe("CFG-003");

    [Fact]
    public void A_file_that_is_named_must_be_there_and_is_no_reason_to_be_silent_about_the_rest() =>
        Should.Throw<ReeveErrorsException>(() => Read(("REEVE_CONFIG", "none.yaml"), ("REEVE__STROE", "x"))).Errors.Select(error => error.Code)
            .ShouldBe(["INPUT-001", "CFG-002"]);

    private void File(string yaml) => System.IO.File.WriteAllText(Path.Combine(folder, "reeve.yaml"), yaml);

    private ReeveSettings Read(params (string Name, string Text)[] environment) =>
        ReeveSettings.Read(environment.ToDictionary(entry => entry.Name, entry => entry.Text, StringComparer.Ordinal), folder);
}
