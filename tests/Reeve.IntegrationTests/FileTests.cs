using System.Text;

namespace Reeve.IntegrationTests;

/// <summary>Files that cannot be read or written, disks that are full, and people who press Ctrl+C.</summary>
public sealed class FileTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task A_folder_is_no_file()
    {
        string folder = Directory.CreateDirectory(here.File("folder.json")).FullName;

        (await ReeveProgram.RunAsync(RunFolder.Run(folder))).ShouldRefuseWith("INPUT-001");
        (await ReeveProgram.RunAsync("packs", "validate", folder)).ShouldRefuseWith("INPUT-001");
        (await ReeveProgram.RunAsync("packs", "test", folder)).ShouldRefuseWith("INPUT-001");
        (await ReeveProgram.RunAsync("expr", "test", "--input", folder)).ShouldRefuseWith("INPUT-001");
        (await ReeveProgram.RunAsync("schema", "test", "--input", folder)).ShouldRefuseWith("INPUT-001");
    }

    [Fact]
    public async Task A_file_without_permission_is_named()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "The administrator may read every file.");
        string file = here.Write("secret.json", RunFolder.Good);
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has permissions of another kind.");
            return;
        }

        File.SetUnixFileMode(file, UnixFileMode.None);

        (await ReeveProgram.RunAsync(RunFolder.Run(file))).ShouldRefuseWith("INPUT-001").Talk.ShouldContain("secret.json");
        (await ReeveProgram.RunAsync("packs", "validate", file)).ShouldRefuseWith("INPUT-001");
    }

    [Fact]
    public async Task What_may_hold_payloads_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has permissions of another kind.");
            return;
        }

        string output = here.File("out.json");
        string decisions = here.File("decisions.jsonl");
        string again = here.File("again.jsonl");
        string log = here.File("log.jsonl");
        string folder = here.File("export");
        string store = "sqlite:" + here.File("kept.db");
        Ended run = (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, store, "--output", output, "--decisions", decisions, "-o", "json"))).ShouldEndWith(0);

        (await ReeveProgram.RunAsync("export", "--output", folder, "--payloads", "--store", store)).ShouldEndWith(0);
        (await ReeveProgram.RunAsync("audit", "export", "--output", log, "--store", store)).ShouldEndWith(0);
        (await ReeveProgram.RunAsync("audit", "replay", "--run", run.Json["runId"].AsString(), "--decisions", again, "--store", store)).ShouldEndWith(0);

        foreach (string file in (string[])[output, decisions, again, log, .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)])
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_refused_before_anything_is_decided()
    {
        Ended output = await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "--output", here.File("no/such/out.json")));
        Ended decisions = await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "--decisions", here.File("no/such/out.json")));
        Ended report = await ReeveProgram.RunAsync("expr", "test", "--input", here.Write("c.jsonl", "{\"id\":\"a\",\"expr\":\"1\"}"), "--report", here.File("no/such/out.jsonl"));

        output.ShouldRefuseWith("INPUT-010").Output.ShouldBeEmpty();
        decisions.ShouldRefuseWith("INPUT-010").Output.ShouldBeEmpty();
        report.ShouldRefuseWith("INPUT-010");
    }

    [Fact]
    public async Task An_output_that_is_an_input_leaves_it_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there, and the device that swallows everything has another name.");
        string file = here.Write("both.json", RunFolder.Good);
        string link = here.File("link.json");
        File.CreateSymbolicLink(link, file);
        string policy = here.Write("policy.json", File.ReadAllText(RunFolder.Policy));

        (await ReeveProgram.RunAsync(RunFolder.Run(file, "--output", file))).ShouldRefuseWith("INPUT-010").Talk.ShouldContain("--input");
        (await ReeveProgram.RunAsync(RunFolder.Run(file, "--decisions", link))).ShouldRefuseWith("INPUT-010").Talk.ShouldContain("--input");
        (await ReeveProgram.RunAsync("run", "--domain-pack", RunFolder.Domain, "--tenant-policy", policy, "--input", file, "--output", policy, "--store", "none"))
            .ShouldRefuseWith("INPUT-010").Talk.ShouldContain("--tenant-policy");
        (await ReeveProgram.RunAsync(RunFolder.Run(file, "--output", here.File("o"), "--decisions", here.File("o")))).ShouldRefuseWith("INPUT-010");
        (await ReeveProgram.RunAsync(RunFolder.Run(file, "--output", "/dev/null", "--decisions", "/dev/null"))).ShouldEndWith(0);

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(RunFolder.Good);
        (await File.ReadAllTextAsync(policy, TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllTextAsync(RunFolder.Policy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_full_disk_is_an_error_like_any_other()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a disk that is always full.");

        (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "--output", "/dev/full"))).ShouldRefuseWith("INPUT-010");
        (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "--decisions", "/dev/full"))).ShouldRefuseWith("INPUT-010");
    }

    [Fact]
    public async Task Ctrl_C_ends_a_run_with_a_message_and_leaves_whole_documents()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A test cannot press Ctrl+C for one process on Windows.");
        string output = here.File("out.json");
        string decisions = here.File("decisions.jsonl");
        using ReeveProgram.Started started = ReeveProgram.Start(RunFolder.Run("-", "-o", "jsonl", "--output", output, "--decisions", decisions));
        Assert.SkipWhen(started.IgnoresInterrupts, "This process was started with Ctrl+C ignored.");

        // Enough for the pipeline's first chunk; then it waits for more, and more never comes.
        await started.SendAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(RunFolder.Good + "\n", 1_500))));
        await started.FirstOutput;
        await started.StopAsync();
        Ended ended = (await started.WaitAsync()).ShouldEndWith(1);

        ended.Talk.ShouldContain("Stopped");
        int decided = RunResults.Read(await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken)).Count;
        decided.ShouldBeGreaterThan(0);
        ended.Text.ShouldEndWith("}\n");
        ended.Lines.Select(RunResults.ReadLine).Count().ShouldBe(decided);
        (await File.ReadAllTextAsync(decisions, TestContext.Current.CancellationToken)).Count(c => c == '\n').ShouldBe(decided);
    }
}
