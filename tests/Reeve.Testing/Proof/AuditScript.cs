using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Proof;

/// <summary>What <c>docs/audit-verify.py</c> says.</summary>
/// <param name="ExitCode">0 clean, 3 findings, 2 usage.</param>
/// <param name="Output">One line per finding, and a last one that counts.</param>
/// <param name="Errors">Standard error.</param>
public sealed record ScriptVerdict(int ExitCode, string Output, string Errors)
{
    /// <summary>The findings, without the last line.</summary>
    public IReadOnlyList<string> Findings => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1];
}

/// <summary>Runs the independent verifier on exports, as an auditor does.</summary>
public static class AuditScript
{
    private static readonly string Script = Path.Combine(Repository.Root, "docs", "audit-verify.py");

    private const string Batch = """
        import contextlib, io, json, runpy, sys
        script, listed = sys.argv[1:]
        for line in open(listed):
            sys.argv, out = [script, *line.rstrip("\n").split("|")], io.StringIO()
            try:
                with contextlib.redirect_stdout(out): runpy.run_path(script, run_name="__main__")
            except SystemExit as end:
                print(json.dumps([end.code, out.getvalue()]))
        """;

    private static readonly Lazy<bool> HasPython = new(() =>
    {
        try
        {
            using Process python = Process.Start(new ProcessStartInfo("python3", "--version") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    /// <summary>Exports a log and has it checked.</summary>
    public static async Task<ScriptVerdict> CheckAsync(IAuditSource log, IReadOnlyList<ChainHead>? heads = null, TestExport? what = null) =>
        await CheckAsync(await TestExport.TextAsync(log, what), heads is null ? null : TestExport.HeadLines(heads));

    /// <summary>Has a text checked.</summary>
    public static async Task<ScriptVerdict> CheckAsync(string export, string? heads = null)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("export.jsonl");
        await File.WriteAllTextAsync(file, export, CancellationToken.None);
        if (heads is null)
        {
            return await RunAsync(file);
        }

        await File.WriteAllTextAsync(folder.File("heads.jsonl"), heads, CancellationToken.None);
        return await RunAsync(file, "--heads", folder.File("heads.jsonl"));
    }

    /// <summary>Has many texts checked by one process, each as if alone; heads may be null.</summary>
    public static async Task<IReadOnlyList<ScriptVerdict>> CheckManyAsync(IEnumerable<(string Export, string? Heads)> exports)
    {
        using TemporaryFolder folder = new();
        List<string> arguments = [];
        foreach ((string export, string? heads) in exports)
        {
            string file = folder.File($"{arguments.Count}.jsonl");
            await File.WriteAllTextAsync(file, export, CancellationToken.None);
            if (heads is not null)
            {
                await File.WriteAllTextAsync(file + ".heads", heads, CancellationToken.None);
            }

            arguments.Add(heads is null ? file : $"{file}|--heads|{file}.heads");
        }

        string list = folder.File("list");
        await File.WriteAllLinesAsync(list, arguments, CancellationToken.None);
        ScriptVerdict all = await StartAsync("-c", Batch, Script, list);
        all.Errors.ShouldBeEmpty();
        return [.. all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement[]>(line)!)
            .Select(verdict => new ScriptVerdict(verdict[0].GetInt32(), verdict[1].GetString()!, ""))];
    }

    /// <summary>Runs the script; skips the test where there is no Python.</summary>
    public static Task<ScriptVerdict> RunAsync(params string[] arguments) => StartAsync([Script, .. arguments]);

    private static async Task<ScriptVerdict> StartAsync(params string[] arguments)
    {
        Assert.SkipUnless(HasPython.Value, "There is no python3 on this machine, which the independent verifier needs.");
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-X", "utf8=0", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        Task<string> output = python.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = python.StandardError.ReadToEndAsync(CancellationToken.None);
        await python.WaitForExitAsync(CancellationToken.None);
        ScriptVerdict verdict = new(python.ExitCode, await output, await errors);
        verdict.Errors.ShouldNotContain("Traceback");
        return verdict;
    }
}
