using Reeve.Commands.Places;
using Reeve.Core.Errors;

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
    public void A_file_that_is_named_must_be_there_and_is_no_reason_to_be_silent_about_the_rest() =>
        Should.Throw<ReeveErrorsException>(() => Read(("REEVE_CONFIG", "none.yaml"), ("REEVE__STROE", "x"))).Errors.Select(error => error.Code)
            .ShouldBe(["INPUT-001", "CFG-002"]);

    private void File(string yaml) => System.IO.File.WriteAllText(Path.Combine(folder, "reeve.yaml"), yaml);

    private ReeveSettings Read(params (string Name, string Text)[] environment) =>
        ReeveSettings.Read(environment.ToDictionary(entry => entry.Name, entry => entry.Text, StringComparer.Ordinal), folder);
}
