using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.CommandTools;
using Reeve.Testing;
using Reeve.Testing.Tooling;

namespace Reeve.IntegrationTests.Tools;

/// <summary>Programs that run: what they see, how they end, and that nothing of them stays.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CommandRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();

    public CommandRunTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The programs are scripts of Linux.");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_argument_stays_one_argument_whatever_it_holds()
    {
        string[] hostile = ["a b", "$(touch /tmp/reeve-owned)", "; rm -rf /", "`id`", "a\nb", "\"x\" 'y'", "*", "~", "%s", "é😀", "a\\", "{args.a}", "&& true", "|cat", ">out", " ", ""];
        string places = string.Join(", ", hostile.Select((_, i) => $"\"{{args.a{i}}}\""));
        ToolDefinition tool = Tool("""printf '%s\000' "$@" | base64 -w0""", $"\"--fixed\", {places}");

        AttemptResult result = await TryAsync(tool, new ObjectMap([.. hostile.Select((_, i) => $"a{i}")], [.. hostile.Select(text => Value.Of(text))]));

        Encoding.UTF8.GetString(Convert.FromBase64String(Output(result))).ShouldBe(string.Concat(hostile.Prepend("--fixed").Select(text => text + "\0")));
        File.Exists("/tmp/reeve-owned").ShouldBeFalse();
    }

    [Fact]
    public async Task A_dash_is_let_through_after_two_of_them_and_where_the_definition_says_so()
    {
        const string Echo = "printf '%s|' \"$@\"";

        Output(await TryAsync(Tool(Echo, "\"--\", \"{args.a}\""), """{"a": "-x"}""")).ShouldBe("--|-x|");
        Output(await TryAsync(Tool(Echo, "\"{args.a}\"", ", \"dashAllowed\": [\"a\"]"), """{"a": -5}""")).ShouldBe("-5|");
        (await TryAsync(Tool(Echo, "\"{args.b}\", \"{args.a}\"", ", \"dashAllowed\": [\"b\"]"), """{"a": -5, "b": "--"}""")).ShouldBeOfType<AttemptResult.NotRun>();
    }

    [Fact]
    public async Task A_program_sees_three_variables_three_streams_and_a_folder_of_its_own()
    {
        // A file as this process could have inherited it: every program would inherit it in turn.
        Duplicate(2).ShouldBeGreaterThan(2);
        ToolDefinition tool = Tool(
            """
            import json, os, stat, sys
            here = os.getcwd()
            fds = sorted(int(fd) for fd in os.listdir('/proc/self/fd'))
            own = os.path.dirname(here)
            open('left', 'w').write('x')
            os.mkdir('locked', 0)
            print(json.dumps({'env': dict(os.environ), 'fds': [fd for fd in fds if os.path.exists('/proc/self/fd/%d' % fd)], 'here': here,
                'mode': stat.S_IMODE(os.stat(own).st_mode), 'stdin': json.load(sys.stdin)}))
            """,
            "", ", \"workdir\": \"w\"", "\"returns\": {\"env\": \"object\"}", "/usr/bin/env python3");

        AttemptResult.Answered answer = (await TryAsync(tool, """{"b": {"c": [1, "é"]}, "a": 1.50}""")).ShouldBeOfType<AttemptResult.Answered>();

        MapValue seen = answer.Output.AsMap();
        seen["env"].ShouldBe(JsonText.Parse($$"""{"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "REEVE_EXECUTION_ID": "{{ToolAttempts.Key}}"}"""));
        JsonText.ToText(seen["fds"]).ShouldBe("[0,1,2]");
        seen["mode"].AsInt().ShouldBe(Convert.ToInt32("700", 8));
        seen["stdin"].ShouldBe(JsonText.Parse("""{"b": {"c": [1, "é"]}, "a": 1.5}"""));
        Path.GetFileName(seen["here"].AsString()).ShouldBe("w");
        Directory.Exists(Path.GetDirectoryName(seen["here"].AsString())).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "cat > /dev/null; echo '{\"n\": 1}'", "Answered")]
    [InlineData("", "printf '{\"n\": 1'", "Useless")]
    [InlineData("", "true", "Useless")]
    [InlineData("", "echo '{\"n\": 1}'; exit 3", "Unclear")]
    [InlineData("", "echo '{\"n\": 1}'; kill -SEGV $$", "Unclear")]
    [InlineData(", \"refusedExitCodes\": [3]", "echo nothing done >&2; exit 3", "Refused")]
    [InlineData(", \"refusedExitCodes\": [3]", "exit 4", "Unclear")]
    [InlineData(", \"limits\": {\"outputKb\": 2}", "head -c 3000 /dev/zero; exit 0", "Useless")]
    [InlineData(", \"limits\": {\"outputKb\": 2}", "head -c 1500 /dev/zero; head -c 1500 /dev/zero >&2", "Useless")]
    [InlineData(", \"limits\": {\"outputKb\": 2}", "cat /dev/zero", "Unclear")]
    [InlineData(", \"limits\": {\"outputKb\": 2}", "cat /dev/zero >&2", "Unclear")]
    public async Task How_a_program_ends_says_what_is_known_of_its_work(string members, string script, string expected)
    {
        AttemptResult result = await TryAsync(Tool(script, "", members, "\"returns\": {\"n\": \"int\"}"), "{}");

        result.GetType().Name.ShouldBe(expected);
        if (result is AttemptResult.Refused refused)
        {
            refused.Error.Code.ShouldBe("TOOL-030");
            refused.Answer.ShouldBe(JsonText.Parse("""{"exitCode": 3, "stdout": "", "stderr": "nothing done\n"}"""));
        }
    }

    [Fact]
    public async Task What_cannot_start_did_not_run()
    {
        File.WriteAllText(folder.File("text"), "not a program");
        File.SetUnixFileMode(folder.File("text"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(folder.File("closed"), "#!/bin/sh\n");
        File.SetUnixFileMode(folder.File("closed"), UnixFileMode.UserRead);
        File.WriteAllText(folder.File("open"), "#!/bin/sh\n");
        File.SetUnixFileMode(folder.File("open"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        foreach (string name in new[] { "gone", "text", "closed", "open" })
        {
            AttemptResult result = await TryAsync(ToolAttempts.Tool($$""" "command": {"argv": ["{{name}}"]} """), "{}");
            result.ShouldBeOfType<AttemptResult.NotRun>(name).Error.Code.ShouldBe("TOOL-034", name);
        }
    }

    [Fact]
    public async Task What_is_kept_back_does_not_start()
    {
        string proof = folder.File("proof");
        Attempt attempt = ToolAttempts.At(Tool($"touch {proof}", ""), "{}", new ReeveError(ErrorCatalogue.Tools.OnHold, "Held."));

        (await Command().TryAsync(attempt, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-014");
        File.Exists(proof).ShouldBeFalse();
    }

    [Theory]
    [InlineData("sleep 1000 & sleep 1000")]
    [InlineData("setsid sleep 1000 & sleep 1000")]
    [InlineData("trap '' TERM INT HUP; while :; do sleep 1000; done")]
    [InlineData("(setsid setsid sleep 1000 < /dev/null > /dev/null 2>&1 &) ; sleep 1000")]
    public async Task The_end_of_its_time_ends_a_program_with_all_that_it_started(string script)
    {
        string started = folder.File("started");
        FakeTime clock = new();
        Task<AttemptResult> running = TryAsync(Tool($"touch {started}; {script}", "", ", \"limits\": {\"seconds\": 20}"), "{}", clock);
        await UntilAsync(() => File.Exists(started) && Marked() > 1);

        clock.Advance(TimeSpan.FromSeconds(19));
        running.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));

        (await running.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-018");
        await UntilAsync(() => Marked() == 0);
    }

    [Fact]
    public async Task The_end_of_the_attempt_ends_a_program()
    {
        string started = folder.File("started");
        using CancellationTokenSource over = new();
        Task<AttemptResult> running = TryAsync(Tool($"touch {started}; sleep 1000", ""), "{}", cancellationToken: over.Token);
        await UntilAsync(() => File.Exists(started));

        await over.CancelAsync();

        (await running.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.Unclear>();
        await UntilAsync(() => Marked() == 0);
    }

    [Theory]
    [InlineData("sleep 1000 &")]
    [InlineData("setsid sleep 1000 &")]
    public async Task What_a_program_leaves_running_holds_nothing_up_and_is_ended(string script)
    {
        Task<AttemptResult> running = TryAsync(Tool($"{script} echo done", ""), "{}");

        Output(await running.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe("done");
        await UntilAsync(() => Marked() == 0);
    }

    [Fact]
    public async Task Memory_beyond_its_limit_is_not_given()
    {
        const string Greedy = "x = bytearray(256 * 1024 * 1024)\nprint('got it')";

        Output(await TryAsync(Tool(Greedy, "", interpreter: "/usr/bin/python3"), "{}")).ShouldBe("got it");
        (await TryAsync(Tool(Greedy, "", ", \"limits\": {\"memoryMb\": 128}", interpreter: "/usr/bin/python3"), "{}")).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-030");
    }

    [Fact]
    public async Task A_program_of_a_process_that_was_killed_ends_at_its_limit_all_the_same()
    {
        string started = folder.File("started");
        Tool($"touch {started}; sleep 1000", "");

        // What a node that is killed leaves: the same words, started by a process that is gone. The limit is one second, and one more is for the node itself.
        using Process parent = Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", $"{ToolMark} /usr/bin/timeout -s KILL 2 /usr/bin/prlimit --core=0 -- {folder.File("act")} < /dev/null > /dev/null 2>&1 & wait"]))!;
        await UntilAsync(() => File.Exists(started));

        parent.Kill();

        Marked().ShouldBeGreaterThan(0);
        await UntilAsync(() => Marked() == 0);
    }

    [Fact]
    public async Task Hundred_runs_leave_no_zombie_no_file_and_no_folder()
    {
        ToolDefinition tool = Tool("cat", "");
        await TryAsync(tool, "{}");
        int files = Directory.GetFiles("/proc/self/fd").Length;
        int folders = Directory.GetDirectories(Path.GetTempPath(), "reeve-command-*").Length;

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TryAsync(tool, """{"a": 1}""")));

        await UntilAsync(() => Directory.GetFiles("/proc/self/fd").Length <= files + 10);
        await UntilAsync(() => Zombies() == 0);
        Directory.GetDirectories(Path.GetTempPath(), "reeve-command-*").Length.ShouldBeLessThanOrEqualTo(folders);
    }

    private static string ToolMark => $"REEVE_EXECUTION_ID={ToolAttempts.Key}";

    // Processes of the execution, as anybody can see them.
    private static int Marked() => Directory.GetDirectories("/proc").Count(process =>
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out _) && File.ReadAllText(process + "/environ").Contains(ToolMark, StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static int Zombies() => Directory.GetDirectories("/proc").Count(process =>
    {
        try
        {
            // "pid (name) state parent …"
            string[] words = int.TryParse(Path.GetFileName(process), out _) ? File.ReadAllText(process + "/stat").Split(") ")[^1].Split(' ') : ["", ""];
            return words[0] == "Z" && words[1] == Environment.ProcessId.ToString();
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static string Output(AttemptResult result) => result.ShouldBeOfType<AttemptResult.Answered>().Output.AsString();

    // What other processes do gives no signal here.
    private static async Task UntilAsync(Func<bool> happened)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        while (!happened())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    [DllImport("libc", EntryPoint = "dup", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int file);

    private ToolDefinition Tool(string script, string arguments, string command = "", string members = "", string interpreter = "/bin/sh")
    {
        File.WriteAllText(folder.File("act"), $"#!{interpreter}\n{script.ReplaceLineEndings("\n")}\n");
        File.SetUnixFileMode(folder.File("act"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string argv = arguments.Length == 0 ? "" : ", " + arguments;
        return ToolAttempts.Tool($"{(members.Length == 0 ? "" : members + ", ")}\"command\": {{\"argv\": [\"act\"{argv}]{command}}}");
    }

    private CommandTool Command(TimeProvider? clock = null) => new(new CommandOptions { Folder = folder.Path }, clock ?? TimeProvider.System, NullLogger.Instance);

    private Task<AttemptResult> TryAsync(ToolDefinition tool, string arguments, TimeProvider? clock = null, CancellationToken? cancellationToken = null) =>
        TryAsync(tool, (ObjectMap)JsonText.Parse(arguments).AsMap(), clock, cancellationToken);

    private async Task<AttemptResult> TryAsync(ToolDefinition tool, ObjectMap arguments, TimeProvider? clock = null, CancellationToken? cancellationToken = null)
    {
        Command(clock).Problems(tool).ShouldBeEmpty();
        return await Command(clock).TryAsync(ToolAttempts.At(tool, arguments), cancellationToken ?? TestContext.Current.CancellationToken);
    }
}
