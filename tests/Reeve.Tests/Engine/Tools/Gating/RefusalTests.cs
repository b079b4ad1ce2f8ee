using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Gating;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Tools.Gating;

/// <summary>Every reason for which the gate refuses: what it takes, its place in the order, its code; that it is recorded, and that nothing is sent.</summary>
public sealed class RefusalTests
{
    private readonly GateBench bench = new();

    [Fact]
    public async Task What_nobody_speaks_against_is_let_through_and_every_check_was_made()
    {
        GateDecision decision = await bench.Gate.JudgeAsync(bench.Call(), GateBench.Token);

        decision.Verdict.ShouldBe(PolicyVerdict.Allow);
        decision.Reasons.Select(reason => reason.Check).ShouldBe(Enum.GetValues<GateCheck>());
    }

    [Fact]
    public Task A_tool_that_is_not_defined() => RefusedAsync(bench.Call("vanish"), GateCheck.Exists, ErrorCatalogue.Tools.NotDefined);

    [Fact]
    public Task A_tool_that_the_active_pack_no_longer_defines()
    {
        bench.Active = Make.Bound(Make.With(GateBench.Domain, "tools", """{"locate": {"description": "Finds it."}}"""), GateBench.Policy);
        return RefusedAsync(bench.Call(), GateCheck.Exists, ErrorCatalogue.Tools.NotDefined);
    }

    [Fact]
    public Task A_domain_of_which_nothing_is_active()
    {
        bench.Active = null;
        return RefusedAsync(bench.Call(), GateCheck.Exists, ErrorCatalogue.Tools.NotDefined);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_version_that_does_not_serve(bool isActive)
    {
        Tighten("""{"tenantId": "NORTH", "domainName": "Parcels", "toolOverrides": [{"name": "resend", "version": "1.0.0"}]}""", isActive, olderVersion: "0.9.0");
        return RefusedAsync(bench.Call(), GateCheck.Exists, ErrorCatalogue.Tools.IncompatibleVersion);
    }

    [Fact]
    public Task A_tool_that_the_active_pack_disables()
    {
        bench.Active = Make.Bound(GateBench.Domain.Replace("\"description\": \"Sends another.\"", "\"description\": \"Sends another.\", \"enabled\": false", StringComparison.Ordinal), GateBench.Policy);
        return RefusedAsync(bench.Call(), GateCheck.Enabled, ErrorCatalogue.Tools.Disabled);
    }

    [Fact]
    public Task A_tool_that_the_packs_of_the_call_disable()
    {
        BoundPolicy enabled = bench.Made;
        bench.Made = Make.Bound(GateBench.Domain.Replace("\"description\": \"Sends another.\"", "\"description\": \"Sends another.\", \"enabled\": false", StringComparison.Ordinal), GateBench.Policy);
        bench.Active = enabled;
        return RefusedAsync(bench.Call(), GateCheck.Enabled, ErrorCatalogue.Tools.Disabled);
    }

    [Fact]
    public Task A_tool_that_somebody_switched_off()
    {
        bench.IsSwitchedOff = true;
        return RefusedAsync(bench.Call(), GateCheck.Enabled, ErrorCatalogue.Tools.Disabled);
    }

    [Fact]
    public Task A_tool_of_another_tenant()
    {
        bench.Active = Make.Bound(GateBench.Domain, GateBench.Policy.Replace("NORTH", "SOUTH", StringComparison.Ordinal));
        return RefusedAsync(bench.Call(), GateCheck.Scope, ErrorCatalogue.Tools.OutOfScope);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_tool_that_is_not_approved(bool isActive)
    {
        Tighten("""{"tenantId": "NORTH", "domainName": "Parcels", "approvedTools": ["locate"]}""", isActive);
        return RefusedAsync(bench.Call(), GateCheck.AllowList, ErrorCatalogue.Tools.NotAllowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_tool_that_is_blocked(bool isActive)
    {
        Tighten("""{"tenantId": "NORTH", "domainName": "Parcels", "customGuardrails": {"blockLists": {"tools": ["resend"]}}}""", isActive);
        return RefusedAsync(bench.Call(), GateCheck.AllowList, ErrorCatalogue.Tools.Blocked);
    }

    [Theory]
    [InlineData("delete_user", "", "")]
    [InlineData("deleteUsers", "", "")]
    [InlineData("crm.Expose-PII", "", "")]
    [InlineData("bypass_auth_for_support", "", "")]
    [InlineData("tidy", "disable_logging", "")]
    [InlineData("tidy", "", "delete_user")]
    public Task What_the_fixed_rules_forbid_by_name_kind_or_remote_tool(string name, string kind, string remote)
    {
        Define(name, kind, remote);
        bench.Approved.Add((null, bench.Clock.GetUtcNow()));
        return RefusedAsync(bench.Call(name), GateCheck.PreAction, ErrorCatalogue.Tools.NotRecommended);
    }

    [Theory]
    [InlineData("undelete_user")]
    [InlineData("user_delete")]
    [InlineData("enable_logging")]
    [InlineData("deleted_users_report")]
    public async Task What_only_sounds_like_it_is_not_forbidden(string name)
    {
        Define(name, "", "");

        (await bench.Gate.JudgeAsync(bench.Call(name), GateBench.Token)).Verdict.ShouldBe(PolicyVerdict.Allow);
    }

    [Fact]
    public Task A_request_without_a_goal() => RefusedAsync(bench.Call() with { Goal = " " }, GateCheck.PreAction, ErrorCatalogue.Tools.NotRecommended);

    [Fact]
    public Task A_request_without_an_id() => RefusedAsync(bench.Call() with { Id = default }, GateCheck.PreAction, ErrorCatalogue.Tools.NotRecommended);

    [Theory]
    [InlineData(GateCheck.PreAction, "TOOL-007")]
    [InlineData(GateCheck.Violation, "TOOL-009")]
    [InlineData(GateCheck.Safety, "TOOL-010")]
    [InlineData(GateCheck.Quota, "TOOL-011")]
    public async Task What_others_speak_against_at_their_place(GateCheck place, string code)
    {
        bench.Checks.Add(new Saying(place, PolicyVerdict.Block));

        ToolAnswer.Refused refused = (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Refused>();

        refused.Error.Code.ShouldBe(code);
        refused.Decision.Reasons[^1].Check.ShouldBe(place);
        bench.Kind.Sent.ShouldBe(0);
    }

    [Fact]
    public Task A_change_that_nobody_approved() =>
        RefusedAsync(bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval)), GateCheck.Violation, ErrorCatalogue.Tools.NeedsApproval);

    [Fact]
    public Task A_change_that_policy_forbids()
    {
        bench.Approved.Add((null, bench.Clock.GetUtcNow()));
        return RefusedAsync(bench.Call(authority: GateBench.Plan(PolicyVerdict.Block)), GateCheck.Violation, ErrorCatalogue.Tools.Violation);
    }

    [Fact]
    public Task A_read_through_too_many_hands()
    {
        CallAuthority authority = GateBench.Plan();
        for (int i = 0; i < CallAuthority.LongestChain; i++)
        {
            authority = authority.Through(new CallFrame(CallFrameKind.Model, "m"));
        }

        return RefusedAsync(bench.Call("locate", authority), GateCheck.Violation, ErrorCatalogue.Tools.Violation);
    }

    [Fact]
    public async Task A_tool_whose_breaker_is_open()
    {
        bench.Rows.Apply(new BreakerChange(Key, new Breaker(Key, BreakerState.Open, bench.Clock.GetUtcNow())));

        await RefusedAsync(bench.Call(), GateCheck.Breaker, ErrorCatalogue.Tools.BreakerOpen);
    }

    [Fact]
    public async Task A_tenant_with_too_many_calls_under_way()
    {
        TaskCompletionSource ends = new();
        bench.Options = new ToolGateOptions { CallsPerTenant = 1 };
        bench.Kind.Then(async (attempt, token) =>
        {
            await ends.Task;
            return await bench.Kind.SendAsync(attempt, new AttemptResult.Answered(ScriptedKind.Good), token);
        });
        Task<ToolAnswer> first = bench.CallAsync(bench.Call());

        await RefusedAsync(bench.Call(), GateCheck.Breaker, ErrorCatalogue.Tools.Crowded);

        ends.SetResult();
        (await first).ShouldBeOfType<ToolAnswer.Succeeded>();
        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Fact]
    public Task A_tool_without_endpoint() => RefusedAsync(bench.Call("draft"), GateCheck.Input, ErrorCatalogue.Tools.NoEndpoint);

    [Fact]
    public Task A_tool_of_a_kind_that_nobody_serves() => RefusedAsync(bench.Call("move"), GateCheck.Input, ErrorCatalogue.Tools.NoKind);

    [Fact]
    public async Task Arguments_that_break_the_schema()
    {
        GateReason reason = await RefusedAsync(bench.Call() with { Arguments = ObjectMap.Of(("parcel", Value.Of(7L))) }, GateCheck.Input, ErrorCatalogue.Tools.BadInput);

        reason.Reason.ShouldContain("/parcel");
    }

    [Fact]
    public Task Effects_on_hold()
    {
        bench.IsHeld = true;
        return RefusedAsync(bench.Call(), GateCheck.Hold, ErrorCatalogue.Tools.OnHold);
    }

    [Theory]
    [InlineData(AutomationMode.Shadow)]
    [InlineData(AutomationMode.DryRun)]
    public async Task An_automatic_change_while_the_tenant_is_not_live(AutomationMode mode)
    {
        bench.Mode = mode;
        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>("a person's own wish is not automation");

        await RefusedAsync(bench.Call(authority: GateBench.Plan()), GateCheck.Hold, ErrorCatalogue.Tools.NotLive, sentBefore: 1);
    }

    [Fact]
    public async Task Reads_go_on_under_hold_and_in_every_mode()
    {
        bench.IsHeld = true;
        bench.Mode = AutomationMode.Shadow;

        (await bench.CallAsync(bench.Call("locate", GateBench.Plan()))).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Theory]
    [InlineData("active", GateCheck.Exists)]
    [InlineData("switch", GateCheck.Enabled)]
    [InlineData("approvals", GateCheck.Violation)]
    [InlineData("restorations", GateCheck.Violation)]
    [InlineData("hold", GateCheck.Hold)]
    [InlineData("mode", GateCheck.Hold)]
    public Task What_cannot_be_asked_denies(string broken, GateCheck place)
    {
        bench.Broken.Add(broken);
        bench.Approved.Add((null, bench.Clock.GetUtcNow()));
        return RefusedAsync(bench.Call(authority: GateBench.Plan(broken == "approvals" ? PolicyVerdict.RequireApproval : PolicyVerdict.Allow)), place, ErrorCatalogue.Tools.CheckFailed);
    }

    [Theory]
    [InlineData(GateCheck.PreAction)]
    [InlineData(GateCheck.Violation)]
    [InlineData(GateCheck.Safety)]
    [InlineData(GateCheck.Quota)]
    public Task A_check_of_others_that_throws_denies(GateCheck place)
    {
        bench.Checks.Add(new Saying(place, PolicyVerdict.Allow) { Fault = new InvalidOperationException("Broken.") });
        return RefusedAsync(bench.Call(), place, ErrorCatalogue.Tools.CheckFailed);
    }

    [Fact]
    public async Task A_check_that_takes_longer_than_a_second_denies()
    {
        bench.Checks.Add(new Saying(GateCheck.Safety, PolicyVerdict.Allow) { Waits = new TaskCompletionSource() });

        ToolAnswer answer = await bench.PassTimeAsync(bench.Call());

        answer.ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-026");
        (bench.Clock.GetUtcNow() - Make.Now).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public Task Where_the_breaker_stands_must_be_known()
    {
        bench.Rows.Fault = new InvalidOperationException("Gone.");
        return RefusedAsync(bench.Call(), GateCheck.Breaker, ErrorCatalogue.Tools.CheckFailed);
    }

    [Fact]
    public Task A_kind_that_cannot_say_where_a_valid_call_goes_is_refused()
    {
        bench.Kind.Targets = (_, _) => throw new InvalidOperationException("Broken.");
        return RefusedAsync(bench.Call(), GateCheck.Input, ErrorCatalogue.Tools.CheckFailed);
    }

    [Fact]
    public async Task Asking_for_an_approval_goes_on_so_that_all_that_speaks_against_is_listed()
    {
        bench.Checks.Add(new Saying(GateCheck.PreAction, PolicyVerdict.RequireApproval));
        bench.IsHeld = true;

        GateDecision decision = await bench.Gate.JudgeAsync(bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval)), GateBench.Token);

        decision.Reasons.Where(reason => reason.Verdict != PolicyVerdict.Allow).Select(reason => (reason.Check, reason.Error!.Code))
            .ShouldBe([(GateCheck.PreAction, "TOOL-008"), (GateCheck.Violation, "TOOL-008"), (GateCheck.Hold, "TOOL-014")]);
        decision.Decisive!.Check.ShouldBe(GateCheck.Hold);
    }

    [Fact]
    public async Task Nothing_is_asked_after_a_block()
    {
        bench.IsSwitchedOff = true;
        bench.IsHeld = true;

        GateDecision decision = await bench.Gate.JudgeAsync(bench.Call(), GateBench.Token);

        decision.Reasons.Select(reason => reason.Check).ShouldBe([GateCheck.Exists, GateCheck.Enabled]);
        bench.Asked.ShouldBe(["active", "switch"]);
    }

    [Fact]
    public async Task A_check_cannot_speak_at_a_place_that_is_not_its_own()
    {
        bench.Checks.Add(new Saying(GateCheck.Safety, PolicyVerdict.Block) { Says = GateCheck.Exists });

        (await bench.Gate.JudgeAsync(bench.Call(), GateBench.Token)).Reasons[^1].Check.ShouldBe(GateCheck.Safety);
    }

    [Theory]
    [InlineData(GateCheck.Exists)]
    [InlineData(GateCheck.Hold)]
    public void No_check_of_others_stands_where_the_gate_asks_itself(GateCheck place)
    {
        bench.Checks.Add(new Saying(place, PolicyVerdict.Allow));

        Should.Throw<ArgumentException>(() => bench.Gate);
    }

    private static BreakerKey Key => new(GateBench.North, new DomainName("Parcels"), new ToolName("resend"));

    // Binding refuses a version that does not serve; what was stored by an earlier release may still ask for one.
    private void Tighten(string policy, bool isActive, string? olderVersion = null)
    {
        BoundPolicy tight = Make.Bound(GateBench.Domain, policy);
        if (olderVersion is not null)
        {
            tight = tight with { Tools = new NamedList<ToolDefinition>(tight.Tools.Select(tool => tool with { Version = olderVersion }), tool => tool.Name.Value) };
        }

        bench.Active = isActive ? tight : bench.Made;
        bench.Made = isActive ? bench.Made : tight;
    }

    private void Define(string name, string kind, string remote)
    {
        string tool = $$"""{"description": "D.", "endpoint": "https://x.example", "kind": "{{(kind.Length > 0 ? kind : "other")}}"}""";
        bench.Made = Make.Bound(Make.With(GateBench.Domain, "tools", $$"""{"{{name}}": {{tool}}}"""), GateBench.Policy);
        if (remote.Length > 0)
        {
            ToolDefinition made = bench.Made.Tools.Find(name)! with { Binding = ObjectMap.Of(("mcp", Value.Of(ObjectMap.Of(("tool", Value.Of(remote)))))) };
            bench.Made = bench.Made with { Tools = new NamedList<ToolDefinition>([made], tool => tool.Name.Value) };
        }

        bench.Active = bench.Made;
    }

    private async Task<GateReason> RefusedAsync(ToolCall call, GateCheck place, ErrorCode code, int sentBefore = 0)
    {
        ToolAnswer.Refused refused = (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Refused>();

        refused.Error.Code.ShouldBe(code.Code);
        GateReason reason = refused.Decision.Decisive.ShouldNotBeNull();
        reason.Check.ShouldBe(place);
        reason.Reason.ShouldNotBeEmpty();
        bench.Journal.Refusals.ShouldHaveSingleItem().Decision.ShouldBe(refused.Decision);
        bench.Kind.Sent.ShouldBe(sentBefore);
        return reason;
    }
}

/// <summary>A check that says one thing.</summary>
internal sealed class Saying(GateCheck place, PolicyVerdict verdict) : ICallCheck
{
    public GateCheck Place => place;

    internal GateCheck? Says { get; init; }

    internal Exception? Fault { get; init; }

    internal TaskCompletionSource? Waits { get; init; }

    internal List<bool> Trials { get; } = [];

    public async ValueTask<GateReason?> JudgeAsync(ToolCall call, ToolDefinition tool, bool isTrial, CancellationToken cancellationToken)
    {
        Trials.Add(isTrial);
        if (Waits is { } waits)
        {
            await waits.Task;
        }

        return Fault is { } fault ? throw fault : verdict == PolicyVerdict.Allow ? null : new GateReason(Says ?? place, verdict, "It says so.", null);
    }
}
