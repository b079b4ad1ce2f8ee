namespace Reeve.Tests.Commands;

/// <summary><c>reeve packs new</c>.</summary>
public sealed class PacksNewTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("lost-parcels", "LostParcels")]
    [InlineData("x", "X")]
    [InlineData("true", "True")] // would be a truth value in YAML
    [InlineData("null", "Null")]
    [InlineData("new-domain", "NewDomain")]
    public async Task A_new_pack_works_and_carries_its_own_name(string name, string domain)
    {
        var (exit, output, talk) = await Contexts.Invoke("packs", "new", name, "--output", folder.File("packs"));
        string made = Path.Combine(folder.File("packs"), name);

        exit.ShouldBe(0, talk);
        output.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ShouldBe(Directory.GetFiles(made).Order(StringComparer.Ordinal));
        Directory.GetFileSystemEntries(folder.File("packs")).ShouldBe([made]);
        File.ReadAllText(Path.Combine(made, "domain.yaml")).ShouldContain($"domainName: \"{domain}\"\n");
        (int tested, string results, string errors) = await Contexts.Invoke("packs", "test", made, "--threshold", "100");
        tested.ShouldBe(0, results + errors);
        results.ShouldContain($"{name}-cautious");
    }

    [Theory]
    [InlineData("Lost Parcels", "'lost-parcels' would do")]
    [InlineData("lostParcels", "'lost-parcels' would do")]
    [InlineData("lost--parcels-", "'lost-parcels' would do")]
    [InlineData("../x", "'x' would do")]
    [InlineData("1st", "'st' would do")]
    [InlineData("", "begins with a letter.")]
    [InlineData("con", "is a device")]
    [InlineData("lpt9", "is a device")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg", "'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff' would do")]
    public async Task A_name_that_cannot_be_a_packs_is_refused_with_one_that_can(string name, string said)
    {
        var (exit, output, talk) = await Contexts.Invoke("packs", "new", name, "--output", folder.Path);

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain("PACK-045");
        talk.ShouldContain(said);
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_is_there_is_left_alone()
    {
        Directory.CreateDirectory(folder.File("mine"));
        File.WriteAllText(Path.Combine(folder.File("mine"), "domain.yaml"), "mine");

        var (exit, _, talk) = await Contexts.Invoke("packs", "new", "mine", "--output", folder.Path);

        exit.ShouldBe(1);
        talk.ShouldContain("PACK-046");
        Directory.GetFiles(folder.File("mine")).ShouldHaveSingleItem();
        File.ReadAllText(Path.Combine(folder.File("mine"), "domain.yaml")).ShouldBe("mine");
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_told()
    {
        File.WriteAllText(folder.File("file"), "");

        var (exit, _, talk) = await Contexts.Invoke("packs", "new", "x", "--output", folder.File("file"));

        exit.ShouldBe(1);
        talk.ShouldContain("INPUT-");
        File.ReadAllText(folder.File("file")).ShouldBeEmpty();
    }
}
