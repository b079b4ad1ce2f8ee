using Reeve.Core.Packs;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Engine.Tools.Kinds.McpTools;

/// <summary>Servers are started when they are needed, kept apart by tenant, and closed when nobody needs them.</summary>
public sealed class McpServersTests
{
    private static readonly ToolDefinition Other = McpBench.Define($$"""{"command":["{{McpBench.Program}}","other"],"definitionHash":"{{McpBench.Pinned}}"}""");

    [Fact]
    public async Task Calls_of_one_tenant_share_a_server_and_those_of_another_have_their_own()
    {
        await using McpBench bench = new();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => bench.TryAsync()));
        bench.Server.Started.ShouldBe(1);

        await bench.TryAsync(tenant: "SOUTH");
        await bench.TryAsync(Other);
        bench.Server.Started.ShouldBe(3);
    }

    [Fact]
    public async Task A_server_that_was_idle_is_closed_and_one_that_was_used_is_not()
    {
        await using McpBench bench = new();
        await bench.TryAsync();
        await bench.TryAsync(Other);
        bench.Clock.Advance(TimeSpan.FromMinutes(4));
        await bench.TryAsync();

        bench.Clock.Advance(TimeSpan.FromMinutes(2));

        await UntilAsync(() => bench.Server.Ended == 1);
        await bench.TryAsync();
        bench.Server.Started.ShouldBe(2);
    }

    [Fact]
    public async Task The_longest_idle_makes_room_and_where_none_is_idle_the_call_has_to_wait()
    {
        await using McpBench bench = new(options => options with { ServersPerTenant = 1 });
        await bench.TryAsync();
        (await bench.TryAsync(Other)).ShouldBeOfType<AttemptResult.Answered>();
        (bench.Server.Started, bench.Server.Ended).ShouldBe((2, 1));

        TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<string?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Server.Call = (_, _) =>
        {
            called.SetResult();
            return answer.Task;
        };
        Task<AttemptResult> busy = bench.TryAsync(Other);
        await called.Task;

        AttemptResult.NotRun full = (await bench.TryAsync()).ShouldBeOfType<AttemptResult.NotRun>();
        (full.Error.Code, full.Error.IsTransient).ShouldBe(("TOOL-022", true));
        answer.SetResult(ScriptedServer.Answer(bench.Server.Asked("tools/call")[^1], "{}"));
        (await busy).ShouldBeOfType<AttemptResult.Answered>();
    }

    [Fact]
    public async Task A_tenant_that_uses_all_it_may_takes_no_place_of_others()
    {
        await using McpBench bench = new(options => options with { Servers = 2, ServersPerTenant = 1 });
        await bench.TryAsync();
        await bench.TryAsync(tenant: "SOUTH");

        (await bench.TryAsync(Other)).ShouldBeOfType<AttemptResult.Answered>();
        (await bench.TryAsync(tenant: "SOUTH")).ShouldBeOfType<AttemptResult.Answered>();

        (bench.Server.Started, bench.Server.Ended).ShouldBe((3, 1));
    }

    [Fact]
    public async Task Closing_ends_every_server()
    {
        McpBench bench = new();
        await bench.TryAsync();
        await bench.TryAsync(tenant: "SOUTH");

        await bench.DisposeAsync();

        (bench.Server.Started, bench.Server.Ended).ShouldBe((2, 2));
    }

    // What a timer begins ends on another thread.
    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            McpBench.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
