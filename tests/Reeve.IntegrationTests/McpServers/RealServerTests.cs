using System.Diagnostics;
using System.Text.RegularExpressions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.McpTools;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.IntegrationTests.McpServers;

/// <summary>Tools of an MCP server that somebody else wrote, as a process: the reference server from npm, installed for the test.</summary>
public sealed partial class RealServerTests : IDisposable
{
    private const string Package = "@modelcontextprotocol/server-everything";
    private const string Version = "2026.8.31";

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_tool_is_approved_by_what_the_refusal_says_and_called_in_a_clean_environment()
    {
        (string node, string script) = await InstallAsync();
        string[] command = [node, script, "stdio"];
        McpOptions options = new() { Commands = [string.Join(' ', command)] };
        McpOptions.IsCommand(options.Commands[0]).ShouldBeTrue();
        int processes;
        await using (Kind kind = new(options))
        {
            AttemptResult.NotRun first = (await kind.TryAsync(command, "echo", pinned: null, """{"message":"hello"}""")).ShouldBeOfType<AttemptResult.NotRun>();
            first.Error.Code.ShouldBe("TOOL-029", first.Error.ToString());
            string echo = Fingerprint().Match(first.Error.Message).Value;

            (await kind.TryAsync(command, "echo", echo, """{"message":"hello"}""")).ShouldBe(new AttemptResult.Answered(Value.Of("Echo: hello")));
            (await kind.TryAsync(command, "get-sum", echo, """{"a":1,"b":2}""")).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-029");
            (await kind.TryAsync(command, "echo", echo, "{}")).ShouldBeOfType<AttemptResult.Refused>().Error.Code.ShouldBe("TOOL-020");

            string there = Fingerprint().Match((await kind.TryAsync(command, "get-env", null, "{}")).ShouldBeOfType<AttemptResult.NotRun>().Error.Message).Value;
            string environment = (await kind.TryAsync(command, "get-env", there, "{}")).ShouldBeOfType<AttemptResult.Answered>().Output.AsString();
            JsonText.Parse(environment).AsMap().Count.ShouldBe(3, environment);

            string structured = Fingerprint().Match((await kind.TryAsync(command, "get-structured-content", null, "{}")).ShouldBeOfType<AttemptResult.NotRun>().Error.Message).Value;
            (await kind.TryAsync(command, "get-structured-content", structured, """{"location":"New York"}""")).ShouldBeOfType<AttemptResult.Answered>().Output.Kind.ShouldBe(ValueKind.Map);
            processes = Running(script);
        }

        processes.ShouldBe(1);
        Running(script).ShouldBe(0);
    }

    // Children of this process whose command line has the script.
    private static int Running(string script) => !OperatingSystem.IsLinux() ? -1 : Directory.EnumerateDirectories("/proc").Count(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(script, StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private async Task<(string Node, string Script)> InstallAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at processes as Linux shows them.");
        string? node = Found("node");
        string? npm = Found("npm");
        Assert.SkipWhen(node is null || npm is null, "There is no node or no npm on this machine.");
        ProcessStartInfo install = new(npm!, ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder.Path, $"{Package}@{Version}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process running = Process.Start(install)!; // not null: nothing is reused
        Task<string> output = running.StandardOutput.ReadToEndAsync(Token);
        string errors = await running.StandardError.ReadToEndAsync(Token);
        await output;
        await running.WaitForExitAsync(Token);
        Assert.SkipWhen(running.ExitCode != 0, $"npm cannot install {Package}: {errors}");
        return (Path.GetFullPath(node!), Path.Combine(folder.Path, "node_modules", Package, "dist", "index.js"));
    }

    private static string? Found(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists);

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Fingerprint();

    /// <summary>The kind over real processes.</summary>
    private sealed class Kind : IAsyncDisposable
    {
        private readonly OutboundClient outbound = new(new OutboundOptions(), new SystemNetwork(), TimeProvider.System);
        private readonly McpTool tool;

        internal Kind(McpOptions options) => tool = new McpTool(options, new ProcessPrograms(TimeProvider.System), outbound, new NoSecrets(), TimeProvider.System);

        internal async Task<AttemptResult> TryAsync(string[] command, string name, string? pinned, string arguments) => await tool.TryAsync(
            new Attempt
            {
                TenantId = new TenantId("NORTH"),
                Tool = new ToolDefinition
                {
                    Name = new ToolName(name),
                    Description = name,
                    Type = ToolType.Mcp,
                    InputSchema = JsonSchema.Compile(Value.True),
                    Binding = ObjectMap.Of(("mcp", Value.Of(ObjectMap.Of(
                        ("command", Value.Of(new ListValue([.. command.Select(word => Value.Of(word))]))), ("definitionHash", Value.Of(pinned)))))),
                },
                Arguments = (ObjectMap)JsonText.Parse(arguments).AsMap(),
                IdempotencyKey = "key-1",
                Number = 1,
                BeforeSending = static _ => ValueTask.FromResult<ReeveError?>(null),
            },
            Token);

        public async ValueTask DisposeAsync()
        {
            await tool.DisposeAsync();
            outbound.Dispose();
        }
    }

    private sealed class NoSecrets : ISecrets
    {
        public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) => throw new InvalidOperationException("None is needed.");
    }
}
