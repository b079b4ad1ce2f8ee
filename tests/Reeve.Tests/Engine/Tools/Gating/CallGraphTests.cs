using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Tools.Gating;

/// <summary>
/// Generated graphs of calls, from a playbook or a principal through sub-playbooks, models, MCP, programs, other tools and replays, some deeper than a call may go: wherever a call is made, and from inside which other call,
/// nothing that asks for an approval is sent without one that is exactly its own, and no hand loosens what the first was bound to.
/// </summary>
public sealed class CallGraphTests
{
    private const int Graphs = 400;
    private const int Deepest = 12;

    private static readonly CallFrameKind[] Frames = Enum.GetValues<CallFrameKind>();

    [Fact]
    public async Task No_path_reaches_a_gated_change_without_its_approval()
    {
        int seed = Environment.TickCount;
        int sent = 0;
        int refused = 0;
        for (int i = 0; i < Graphs; i++)
        {
            Walk walk = new(seed + i);
            await walk.RunAsync();
            walk.Broken.ShouldBeEmpty($"seed {seed + i}");
            sent += walk.Sent;
            refused += walk.Refused;
        }

        sent.ShouldBeGreaterThan(Graphs / 10, "or the graphs prove nothing");
        refused.ShouldBeGreaterThan(Graphs);
    }

    private sealed class Walk
    {
        private readonly GateBench bench = new();
        private readonly Random random;
        private readonly Dictionary<string, CallAuthority> calls = [];
        private readonly HashSet<string> approved = [];

        internal Walk(int seed)
        {
            random = new Random(seed);
            bench.Mode = random.Next(4) == 0 ? AutomationMode.Shadow : AutomationMode.Live;
        }

        internal List<string> Broken { get; } = [];

        internal int Sent { get; private set; }

        internal int Refused { get; private set; }

        internal async Task RunAsync() => await BranchAsync(Root(), 0);

        private CallAuthority Root()
        {
            PolicyVerdict floor = (PolicyVerdict)random.Next(3);
            return random.Next(3) == 0
                ? CallAuthority.OfPrincipal(new Principal((PrincipalKind)random.Next(3), "key:9", "Ada", []), floor, "Because.")
                : CallAuthority.OfPlan(GateBench.Agent, new PlaybookId("search"), floor, "Because.");
        }

        // Calls from here, and hands on.
        private async Task BranchAsync(CallAuthority authority, int depth)
        {
            await CallAsync(authority, depth);
            for (int i = random.Next(3); i > 0 && depth < Deepest; i--)
            {
                await BranchAsync(Pass(authority, depth), depth + 1);
            }
        }

        private CallAuthority Pass(CallAuthority authority, int depth)
        {
            CallFrame frame = new(Frames[random.Next(Frames.Length)], $"hand {depth}");
            CallAuthority next = authority.Through(frame);
            Hold(next.Floor >= authority.Floor, $"{frame} lowered {authority.Floor} to {next.Floor}");
            Hold(next.IsAutomatic || !authority.IsAutomatic, $"{frame} made an automatic call a person's");
            Hold(frame.Kind is CallFrameKind.Playbook or CallFrameKind.Person || next.Floor != PolicyVerdict.Allow, $"{frame} may change something freely");
            Hold(frame.Kind != CallFrameKind.Replay || next.Floor == PolicyVerdict.Block, "a replay may change something");
            Hold(next.Chain.Count == authority.Chain.Count + 1 && next.Actor == authority.Actor, $"{frame} is not on the chain");
            return next;
        }

        private async Task CallAsync(CallAuthority authority, int depth)
        {
            string parcel = $"P-{random.Next(1_000_000)}";
            string tool = new[] { "locate", "resend", "cancel" }[random.Next(3)];
            ToolCall call = bench.Call(tool, authority) with { Arguments = ObjectMap.Of(("parcel", Value.Of(parcel))) };
            calls[call.Id.ToString()] = authority;
            if (random.Next(2) == 0)
            {
                // Of this call, or of one that differs in its argument.
                ToolCall meant = random.Next(3) == 0 ? call with { Arguments = ObjectMap.Of(("parcel", Value.Of(parcel + "0"))) } : call;
                bench.Approved.Add((bench.DigestOf(meant), bench.Clock.GetUtcNow()));
                if (ReferenceEquals(meant, call))
                {
                    approved.Add(call.Id.ToString());
                }
            }

            bench.Kind.Then((attempt, token) => TryAsync(attempt, authority, depth, token));
            int before = bench.Kind.Attempts.Count;
            ToolAnswer answer = await bench.CallAsync(call);
            if (bench.Kind.Attempts.Count == before)
            {
                Refused++;
                bench.Kind.Drop();
            }

            Hold(answer is ToolAnswer.Refused or ToolAnswer.Succeeded, $"{answer.GetType().Name}");
        }

        // A tool that, being called, calls others, over MCP or by itself.
        private async ValueTask<AttemptResult> TryAsync(Attempt attempt, CallAuthority authority, int depth, CancellationToken token)
        {
            if (await attempt.BeforeSending(token) is { } error)
            {
                return new AttemptResult.NotRun(error, null);
            }

            Sent++;
            Judge(attempt);
            if (depth < Deepest && random.Next(3) == 0)
            {
                await BranchAsync(authority.Through(new CallFrame(random.Next(2) == 0 ? CallFrameKind.Tool : CallFrameKind.Mcp, attempt.Tool.Name.Value)), depth + 1);
            }

            return new AttemptResult.Answered(ScriptedKind.Good);
        }

        private void Judge(Attempt attempt)
        {
            CallAuthority authority = calls[attempt.IdempotencyKey];
            Hold(authority.Chain.Count <= CallAuthority.LongestChain, "a call went through too many hands");
            if (attempt.Tool.Effect == ToolEffect.Read)
            {
                return;
            }

            Hold(authority.Floor != PolicyVerdict.Block, "a change was sent that policy forbids");
            Hold(authority.Floor == PolicyVerdict.Allow || approved.Contains(attempt.IdempotencyKey), $"a change was sent that nobody approved: {string.Join(" > ", authority.Chain)}");
            Hold(!authority.IsAutomatic || bench.Mode == AutomationMode.Live, "an automatic change was sent while not live");
        }

        private void Hold(bool holds, string otherwise)
        {
            if (!holds)
            {
                Broken.Add(otherwise);
            }
        }
    }
}
