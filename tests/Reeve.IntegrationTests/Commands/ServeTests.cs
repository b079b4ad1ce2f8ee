using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.IntegrationTests.Commands;

/// <summary>A server on a file, and other processes that want the same file.</summary>
public sealed partial class ServeTests : IDisposable
{
    private readonly RunFolder here = new();

    private string Store => "sqlite:" + here.File("store.db");

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task Verbs_of_other_processes_are_done_by_the_server_as_if_they_ran_where_they_were_typed()
    {
        using ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]);
        await server.OutputWithAsync("store");

        string decisions = here.File("decisions.jsonl");
        Ended run = (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store, "-o", "json", "--decisions", decisions))).ShouldEndWith(0);
        RunResults.Read(run.Output).Count.ShouldBe(11);
        run.Talk.ShouldContain("11 items: 11 decided");
        (await File.ReadAllLinesAsync(decisions, TestContext.Current.CancellationToken)).Length.ShouldBe(11);

        byte[] sent = Encoding.UTF8.GetBytes(RunFolder.Good);
        (await ReeveProgram.RunAsync(RunFolder.Record("-", Store, "-o", "jsonl"), sent)).ShouldEndWith(0).Lines.ShouldHaveSingleItem();
        (await ReeveProgram.RunAsync("exceptions", "list", "--store", Store, "-o", "jsonl")).ShouldEndWith(0).Lines.Length.ShouldBe(12);
        (await ReeveProgram.RunAsync("exceptions", "show", "none", "--store", Store)).ShouldRefuseWith("CMD-001");
        (await ReeveProgram.RunAsync("audit", "verify", "--store", Store)).ShouldEndWith(0);

        await server.TerminateAsync();
        (await server.WaitAsync()).ShouldEndWith(0);
        (await ReeveProgram.RunAsync("exceptions", "list", "--store", Store, "-o", "jsonl")).ShouldEndWith(0).Lines.Length.ShouldBe(12);
    }

    [Fact]
    public async Task A_second_server_is_refused_and_told_who_has_the_file()
    {
        using ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]);
        await server.OutputWithAsync("store");

        Ended second = await ReeveProgram.RunAsync("serve", "--urls", "http://127.0.0.1:0", "--store", Store);

        second.ShouldRefuseWith("STORE-003").Talk.ShouldContain(server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_file_of_a_server_that_was_killed_is_taken_over_at_once()
    {
        using (ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]))
        {
            await server.OutputWithAsync("store");
            (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
            await server.KillAsync();
        }

        Ended list = (await ReeveProgram.RunAsync("exceptions", "list", "--store", Store, "-o", "jsonl")).ShouldEndWith(0);

        list.Lines.Length.ShouldBe(11);
        list.Talk.ShouldNotContain("Waiting");
        (await ReeveProgram.RunAsync("audit", "verify", "--store", Store)).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_way_out()
    {
        using ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]);
        string url = Address().Match(await server.OutputWithAsync("store")).Value;

        (await ReeveProgram.RunAsync("serve", "--urls", url, "--store", "sqlite:" + here.File("other.db"))).ShouldRefuseWith("CFG-005").Talk.ShouldContain("--urls");
    }

    [Fact]
    public async Task The_demo_decides_its_samples_once_and_prints_a_key_that_opens_them_at_each_start()
    {
        for (int start = 0; start < 2; start++)
        {
            using ReeveProgram.Started server = ReeveProgram.Start(["serve", "--demo", "--urls", "http://127.0.0.1:0", "--store", Store]);
            string said = await server.OutputWithAsync("Stop with Ctrl+C");
            said.Contains("sample exceptions decided", StringComparison.Ordinal).ShouldBe(start == 0);
            string url = Address().Match(said).Value;
            MatchCollection tenants = DemoLine().Matches(said);
            tenants.Count.ShouldBe(Directory.GetFiles(Path.Combine(Repository.Root, "packs"), "policy.*.yaml", SearchOption.AllDirectories).Length);
            using HttpClient client = new();
            foreach (Match tenant in tenants)
            {
                client.DefaultRequestHeaders.Remove("X-API-Key");
                client.DefaultRequestHeaders.Add("X-API-Key", tenant.Groups["key"].Value);
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"{url}/exceptions/{tenant.Groups["id"].Value}"), TestContext.Current.CancellationToken);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"exceptionId\"");
            }

            await server.TerminateAsync();
            Ended ended = (await server.WaitAsync()).ShouldEndWith(0);
            ended.Talk.ShouldNotContain("rv_");
        }
    }

    [Fact]
    public async Task The_key_of_another_store_is_refused()
    {
        string key = here.File("master.key");
        using (ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store], ("REEVE_MASTER_KEY_FILE", key)))
        {
            await server.OutputWithAsync("store");
            await server.TerminateAsync();
            (await server.WaitAsync()).ShouldEndWith(0);
        }

        string other = here.Write("other.key", new string('a', 64));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        string[] words = ["serve", "--urls", "http://127.0.0.1:0", "--store", Store];
        (await ReeveProgram.RunAsync(words, [], ("REEVE_MASTER_KEY_FILE", other))).ShouldRefuseWith("SEAL-005");
        (await ReeveProgram.RunAsync(words, [], ("REEVE_MASTER_KEY_FILE", here.File("gone.key")))).ShouldRefuseWith("SEAL-001");
        (await ReeveProgram.RunAsync("exceptions", "list", "--store", Store, "--tenant", "none")).ShouldRefuseWith("CMD-001");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"tenant +(?<id>\S+) +key (?<key>rv_\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DemoLine();
}
