using System.Runtime.Versioning;

namespace Reeve.Tests.Commands;

/// <summary><c>reeve packs results</c>.</summary>
public sealed class PacksResultsTests : IDisposable
{
    private const string Begin = "<!-- reeve packs results --as-of 2026-11-20T09:00:00Z -->";
    private const string End = "<!-- end of results -->";

    private readonly TemporaryFolder folder = new();

    public PacksResultsTests()
    {
        File.WriteAllText(folder.File("domain.json"), Make.Domain);
        File.WriteAllText(folder.File("policy.json"), Make.Policy);
        File.WriteAllText(folder.File("exceptions.jsonl"), """
            {"exceptionType":"DELAYED","timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P","hoursLate":100,"amount":1}}
            {"exceptionType":"SCANNED","timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P"}}
            {
            """);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_comes_of_every_sample_is_a_row_under_the_counts()
    {
        var (exit, output, talk) = await Contexts.Invoke("packs", "results", folder.Path, "--as-of", "2026-11-20T09:00:00Z");

        exit.ShouldBe(0, talk);
        string[] lines = output.Split('\n');
        lines[0].ShouldBe("Every sample under every policy, judged as of 2026-11-20T09:00:00Z. Nothing was called.");
        lines.ShouldContain("| Samples | 3 |");
        lines.ShouldContain("| refused, with the reason | 1 |");
        lines.ShouldContain("| **Decided** | 2 |");
        lines.ShouldContain("| need nothing | 1 |");
        lines.ShouldContain("| rules and guardrails whose removal they notice | 0 of 5 |");
        lines[^4..^1].Select(line => line.Split(" | ")[1]).ShouldBe(["DELAYED", "SCANNED", "(refused)"]);
        lines[^4].ShouldStartWith("| 0 | DELAYED | HIGH · ");
        lines[^2].ShouldBe("| 2 | (refused) | INPUT-003 |");
    }

    [Fact]
    public async Task Every_decided_sample_is_counted_once_by_who_brings_it_to_its_end()
    {
        File.WriteAllText(folder.File("domain.json"), """
            {
              "domainName": "Parcels",
              "intake": [{"record": {"exceptionType": "doc.type"}, "fingerprint": "doc.id", "state": "doc.state == null ? 'open' : 'close'"}],
              "exceptionTypes": {"A": {}, "B": {}, "INFO": {"actionable": false}, "MILD": {"defaultSeverity": "LOW"}},
              "playbooks": [
                {"playbookId": "alone", "appliesTo": ["A"], "steps": [{"action": "set_status", "parameters": {"status": "resolved"}}]},
                {"playbookId": "by-hand", "appliesTo": ["B"], "steps": ["Look at it"]}
              ]
            }
            """);
        File.WriteAllText(folder.File("policy.json"), """{"tenantId":"FEW","domainName":"Parcels","approvedBusinessProcesses":["alone"]}""");
        File.WriteAllText(folder.File("policy2.json"), """{"tenantId":"ASK","domainName":"Parcels","humanApprovalRules":[{"exceptionType":"A","requireApproval":true}]}""");
        File.WriteAllText(folder.File("exceptions.jsonl"), string.Join('\n', ((string[])["A", "B", "INFO", "MILD", "NONE"]).Select(type => $$"""{"type":"{{type}}","id":"{{type}}"}""").Append("""{"type":"A","id":"gone","state":"done"}""")));

        string[] lines = (await Contexts.Invoke("packs", "results", folder.Path)).Output.Split('\n');

        lines.ShouldContain("|  | `FEW` | `ASK` |");
        lines.ShouldContain("| **Decided** | 6 | 6 |");
        lines.ShouldContain("| run to their end alone | 1 | 0 |");
        lines.ShouldContain("| run, and a person ends them | 0 | 1 |");
        lines.ShouldContain("| wait for an approval | 0 | 1 |");
        lines.ShouldContain("| are left to people | 2 | 1 |");
        lines.ShouldContain("| need nothing | 3 | 3 |");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Only_what_is_between_the_two_lines_is_written(string lineEnd)
    {
        string before = $"# Mine{lineEnd}The line `{Begin}` begins it and `{End}` ends it.{lineEnd}{lineEnd}{Begin}";
        string after = $"{End}{lineEnd}Mine, too, without a line's end";
        File.WriteAllText(folder.File("README.md"), $"{before}{lineEnd}old{lineEnd}{after}");

        int stale = (await Contexts.Invoke("packs", "results", folder.Path, "--check", "README.md")).Exit;
        int written = (await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md")).Exit;
        string text = File.ReadAllText(folder.File("README.md"));
        var (again, _, talk) = await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md");
        int fresh = (await Contexts.Invoke("packs", "results", folder.Path, "--check", "README.md")).Exit;

        (stale, written, again, fresh).ShouldBe((3, 0, 0, 0));
        text.ShouldStartWith(before + lineEnd + lineEnd + "Every sample under every policy, judged as of 2026-11-20T09:00:00Z.");
        text.ShouldEndWith("|" + lineEnd + lineEnd + after);
        text.ReplaceLineEndings("\n").ReplaceLineEndings(lineEnd).ShouldBe(text);
        talk.ShouldContain("is up to date.");
        Directory.GetFiles(folder.Path).Length.ShouldBe(4, "nothing is left beside it");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_link_stays_a_link_and_its_file_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no mode there, and links need a right.");
        string real = folder.File("real.md");
        File.WriteAllText(real, $"{Begin}\n{End}\n");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(folder.File("middle.md"), "real.md");
        File.CreateSymbolicLink(folder.File("README.md"), folder.File("middle.md"));

        (await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md")).Exit.ShouldBe(0);

        File.ReadAllText(real).ShouldContain("| Samples | 3 |");
        File.GetUnixFileMode(real).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ResolveLinkTarget(folder.File("README.md"), returnFinalTarget: true)!.FullName.ShouldBe(new FileInfo(real).FullName); // not null: or it is no link
        Directory.GetFiles(folder.Path).Length.ShouldBe(6, "nothing is left beside it");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_may_not_be_written_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "Root may write everything.");
        File.WriteAllText(folder.File("README.md"), $"{Begin}\n{End}\n");
        File.SetUnixFileMode(folder.File("README.md"), UnixFileMode.UserRead);

        var (exit, _, talk) = await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md");

        (exit, File.ReadAllText(folder.File("README.md"))).ShouldBe((1, $"{Begin}\n{End}\n"));
        talk.ShouldContain("INPUT-010");
    }

    [Fact]
    public async Task A_byte_order_mark_stays_even_before_the_first_of_the_two_lines()
    {
        File.WriteAllText(folder.File("README.md"), $"{Begin}\n{End}\n", System.Text.Encoding.UTF8);

        int written = (await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md")).Exit;
        int fresh = (await Contexts.Invoke("packs", "results", folder.Path, "--check", "README.md")).Exit;

        (written, fresh).ShouldBe((0, 0));
        File.ReadAllBytes(folder.File("README.md"))[..4].ShouldBe((byte[])[0xEF, 0xBB, 0xBF, (byte)'<']);
    }

    [Theory]
    [InlineData("```", "~~~", "```")]
    [InlineData("~~~~ markdown", "~~~", "~~~~~  ")]
    [InlineData("   ````sh", "```", "````")]
    public async Task Lines_in_a_block_of_code_are_words(string opens, string within, string closes)
    {
        string example = $"{opens}\n{within}\n{Begin}\n``` none\n{End}\n{closes}\n";
        File.WriteAllText(folder.File("README.md"), $"{example}{Begin}\n{End}\n{example}");

        (await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md")).Exit.ShouldBe(0);

        File.ReadAllText(folder.File("README.md")).ShouldSatisfyAllConditions(
            text => text.ShouldStartWith(example + Begin + "\n\nEvery sample"),
            text => text.ShouldEndWith($"|\n\n{End}\n{example}"));
    }

    [Fact]
    public async Task A_path_is_relative_to_where_the_command_runs_and_only_then_to_the_pack()
    {
        using TemporaryFolder here = new();
        File.WriteAllText(folder.File("README.md"), $"{Begin}\n{End}\n");
        File.WriteAllText(here.File("README.md"), $"{Begin}\n{End}\n");

        (int inside, string first) = await WriteAsync("README.md");
        string untouched = File.ReadAllText(folder.File("README.md"));
        File.Delete(here.File("README.md"));
        (int beside, string second) = await WriteAsync("README.md");

        (inside, beside).ShouldBe((0, 0));
        first.ShouldContain("Wrote the results into README.md.");
        untouched.ShouldBe($"{Begin}\n{End}\n");
        second.ShouldContain($"Wrote the results into {folder.File("README.md")}.");
        File.Exists(here.File("README.md")).ShouldBeFalse();

        async Task<(int, string)> WriteAsync(string file)
        {
            StringWriter talk = new();
            Reeve.Commands.CommandContext context = Contexts.Of(new StringWriter(), talk, "packs", "results", folder.Path, "--write", file) with { Folder = here.Path };
            return (await Reeve.Commands.CommandLine.InvokeAsync(context, TestContext.Current.CancellationToken), talk.ToString());
        }
    }

    [Fact]
    public async Task Of_two_domain_packs_in_a_folder_both_are_named()
    {
        File.WriteAllText(folder.File("other.json"), """{"domainName":"Letters","exceptionTypes":{"LATE":{"description":"Late."}}}""");

        var (exit, _, talk) = await Contexts.Invoke("packs", "results", folder.Path);

        exit.ShouldBe(1);
        talk.ShouldContain(folder.File("domain.json"));
        talk.ShouldContain(folder.File("other.json"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("```\n" + Begin + "\n" + End + "\n```")]
    [InlineData(Begin + "\n~~~\n" + End)]
    [InlineData(Begin)]
    [InlineData(End)]
    [InlineData(End + "\n" + Begin)]
    [InlineData(Begin + "\n" + Begin + "\n" + End)]
    [InlineData("See " + Begin + "\n" + End)]
    [InlineData(Begin + "\nsee " + End)]
    [InlineData("<!-- reeve packs results --as-of soon -->\n" + End)]
    [InlineData("<!-- reeve packs results --as-of 12:00 -->\n" + End)] // today, by the clock of whoever runs it
    [InlineData("<!-- reeve packs results --as-of 2026-11-20T09:00:00 -->\n" + End)]
    public async Task A_file_without_one_place_and_its_time_is_refused_and_stays(string text)
    {
        File.WriteAllText(folder.File("README.md"), text);

        var (exit, _, talk) = await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md");

        exit.ShouldBe(1);
        talk.ShouldContain("PACK-047");
        File.ReadAllText(folder.File("README.md")).ShouldBe(text);
    }

    [Fact]
    public async Task A_file_that_is_no_text_is_refused_and_stays()
    {
        byte[] bytes = [.. "caf"u8, 0xE9, .. System.Text.Encoding.UTF8.GetBytes($"\n{Begin}\n{End}\n")];
        File.WriteAllBytes(folder.File("README.md"), bytes);

        var (exit, _, talk) = await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md");

        exit.ShouldBe(1);
        talk.ShouldContain("INPUT-001");
        File.ReadAllBytes(folder.File("README.md")).ShouldBe(bytes);
    }

    [Fact]
    public async Task Names_of_a_pack_stay_in_their_cells_and_tell_a_terminal_nothing()
    {
        File.WriteAllText(folder.File("domain.json"), """{"domainName":"Parcels","exceptionTypes":{"A|B\u001b[31m":{"description":"Odd."}}}""");
        File.WriteAllText(folder.File("exceptions.jsonl"), """{"exceptionType":"A|B\u001b[31m","timestamp":"2026-11-20T08:00:00Z","rawPayload":{}}""");

        var (exit, output, _) = await Contexts.Invoke("packs", "results", folder.Path, "--as-of", "2026-11-20T09:00:00Z");

        exit.ShouldBe(0);
        output.ShouldContain("| 0 | A\\|B\uFFFD[31m | ");
    }

    [Fact]
    public async Task Samples_and_files_that_are_not_there_are_told()
    {
        File.Delete(folder.File("exceptions.jsonl"));

        (await Contexts.Invoke("packs", "results", folder.Path)).ShouldSatisfyAllConditions(came => came.Exit.ShouldBe(1), came => came.Talk.ShouldContain("INPUT-001"));
        (await Contexts.Invoke("packs", "results", folder.Path, "--write", "README.md")).ShouldSatisfyAllConditions(came => came.Exit.ShouldBe(1), came => came.Talk.ShouldContain("INPUT-001"));
        (await Contexts.Invoke("packs", "results", folder.Path, "--write", "a.md", "--check", "a.md")).Exit.ShouldBe(2);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("lint")]
    [InlineData("test")]
    [InlineData("mutate")]
    [InlineData("results")]
    [InlineData("lint", "--samples")]
    [InlineData("results", "--samples")]
    public async Task A_path_that_is_empty_is_refused_like_any_other(string verb, string? option = null)
    {
        var (exit, _, talk) = await Contexts.Invoke(["packs", verb, .. option is null ? (string[])[""] : [folder.Path, option, ""]]);

        exit.ShouldBe(1);
        talk.ShouldNotContain("HOST-");
    }
}
