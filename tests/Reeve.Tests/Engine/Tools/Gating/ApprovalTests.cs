using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Runtime;

namespace Reeve.Tests.Tools.Gating;

/// <summary>What only people let through: a floor, a check that asks for them, what began before a restore, what was done before.</summary>
public sealed class ApprovalTests
{
    private static readonly DateTimeOffset Before = Make.Now - TimeSpan.FromHours(1);

    private readonly GateBench bench = new();

    [Fact]
    public async Task An_approval_of_exactly_this_call_lets_it_through_and_is_on_record_with_it()
    {
        ToolCall call = bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval));
        bench.Approved.Add((bench.DigestOf(call), Make.Now));

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Succeeded>();

        bench.Journal.Opened[0].Approval.ShouldNotBeNull();
        GateReason reason = GateBench.Reason(bench.Journal.Opened[0].Decision, GateCheck.Violation);
        reason.Verdict.ShouldBe(PolicyVerdict.Allow);
        reason.Reason.ShouldContain("dear");
    }

    [Fact]
    public async Task An_altered_argument_is_another_call()
    {
        ToolCall call = bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval));
        bench.Approved.Add((bench.DigestOf(call), Make.Now));

        ToolAnswer answer = await bench.CallAsync(call with { Arguments = ObjectMap.Of(("parcel", Value.Of("P-2"))) });

        answer.ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-008");
        bench.Kind.Sent.ShouldBe(0);
    }

    [Fact]
    public async Task Another_target_is_another_call()
    {
        ToolCall call = bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval));
        bench.Approved.Add((bench.DigestOf(call), Make.Now));
        bench.Kind.Targets = (_, _) => "POST https://elsewhere.example";

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-008");
    }

    [Fact]
    public async Task A_read_needs_no_approval()
    {
        (await bench.CallAsync(bench.Call("locate", GateBench.Plan(PolicyVerdict.RequireApproval)))).ShouldBeOfType<ToolAnswer.Succeeded>();

        bench.Asked.ShouldNotContain("approvals");
    }

    [Fact]
    public async Task What_the_active_pack_says_is_a_change_is_one()
    {
        bench.Made = Make.Bound(GateBench.Domain.Replace("\"description\": \"Sends another.\"", "\"description\": \"Sends another.\", \"effect\": \"read\"", StringComparison.Ordinal), GateBench.Policy);

        (await bench.CallAsync(bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval)))).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-008");
    }

    [Fact]
    public async Task What_the_active_pack_does_not_call_idempotent_is_not_repeated()
    {
        bench.Active = Make.Bound(GateBench.Domain.Replace("\"idempotent\": true", "\"idempotent\": false", StringComparison.Ordinal), GateBench.Policy);
        bench.Kind.Then(ScriptedKind.Unclear());

        (await bench.CallAsync(bench.Call("cancel"))).ShouldBeOfType<ToolAnswer.Unknown>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_check_that_asks_for_people_is_content_with_an_approval(bool isApproved)
    {
        bench.Checks.Add(new Saying(GateCheck.PreAction, PolicyVerdict.RequireApproval));
        ToolCall call = bench.Call();
        if (isApproved)
        {
            bench.Approved.Add((bench.DigestOf(call), Make.Now));
        }

        (await bench.CallAsync(call) is ToolAnswer.Succeeded).ShouldBe(isApproved);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task What_began_before_a_restore_needs_an_approval_given_after_it(int approvedMinutesAfter, bool passes)
    {
        ToolCall call = bench.Call();
        bench.RestoredAt = Make.Now + TimeSpan.FromMinutes(5);
        bench.Approved.Add((bench.DigestOf(call), bench.RestoredAt.Value + TimeSpan.FromMinutes(approvedMinutesAfter)));

        (await bench.CallAsync(call) is ToolAnswer.Succeeded).ShouldBe(passes);
    }

    [Fact]
    public async Task When_a_step_began_its_pass_says()
    {
        bench.RestoredAt = Make.Now - TimeSpan.FromMinutes(5);
        PassId old = new(new SeededIds("old").Next(Before));
        ToolCall call = bench.Call(authority: GateBench.Plan()) with { Id = new ExecutionId(new Guid("00000000-0000-8000-8000-000000000001")) };

        (await bench.CallAsync(call with { Subject = bench.Subject(old) })).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-008");
        (await bench.CallAsync(call with { Subject = bench.Subject() })).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Fact]
    public async Task A_read_that_began_before_a_restore_is_simply_made()
    {
        ToolCall call = bench.Call("locate");
        bench.RestoredAt = Make.Now + TimeSpan.FromMinutes(5);

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public async Task The_same_effect_for_the_same_exception_needs_an_approval_given_after_the_first(int? approvedMinutesAfter, bool passes)
    {
        bench.Journal.SameEffectAt = Before;
        ToolCall call = bench.Call(authority: GateBench.Plan()) with { Subject = bench.Subject() };
        if (approvedMinutesAfter is { } minutes)
        {
            bench.Approved.Add((bench.DigestOf(call), Before + TimeSpan.FromMinutes(minutes)));
        }

        (await bench.CallAsync(call) is ToolAnswer.Succeeded).ShouldBe(passes);
    }

    [Fact]
    public async Task What_is_for_no_exception_is_not_compared()
    {
        bench.Journal.SameEffectAt = Before;

        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();
    }
}
