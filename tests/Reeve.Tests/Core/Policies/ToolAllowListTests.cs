using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Tests.Playbooks;

namespace Reeve.Tests.Tools;

public sealed class ToolAllowListTests
{
    private static readonly ToolName Repair = new("repair");

    [Fact]
    public void A_tool_that_is_defined_enabled_approved_and_not_blocked_is_allowed() =>
        ToolAllowList.Check(Repair, Bench.Policy()).ShouldBeOfType<ToolVerdict.Allowed>().Tool!.Name.ShouldBe(Repair);

    [Fact]
    public void What_is_not_defined_is_refused_first() =>
        Refusal(new ToolName("nope"), Bench.Policy() with { ApprovedTools = new HashSet<string> { "nope" } }).By.ShouldBe(ToolRefusal.NotDefined);

    [Fact]
    public void A_disabled_tool_is_refused_although_it_is_approved()
    {
        BoundPolicy policy = Bench.Policy() with { Tools = Named(Bench.Tool("repair", "") with { Enabled = false }) };

        Refusal(Repair, policy).By.ShouldBe(ToolRefusal.Disabled);
    }

    [Theory]
    [InlineData("1.2.0", "1.2.0", true)]
    [InlineData("1.2.0", "1.1.9", true)]
    [InlineData("1.2.0", "1.3.0", false)]
    [InlineData("2.0.0", "1.2.0", false)]
    [InlineData("1.0.0", "2.0.0", false)]
    public void A_version_of_another_major_or_older_than_asked_for_is_refused(string defined, string required, bool allowed)
    {
        BoundPolicy policy = Bench.Policy();
        NamedList<ToolDefinition> tools = Named(Bench.Tool("repair", "") with { Version = defined });
        policy = policy with
        {
            Tools = tools,
            Domain = policy.Domain with { Tools = tools },
            Policy = policy.Policy with { ApprovedTools = [new ApprovedTool(Repair, null, null, required)] },
        };

        (ToolAllowList.Check(Repair, policy) is ToolVerdict.Allowed).ShouldBe(allowed);
    }

    [Fact]
    public void An_empty_list_of_approved_tools_allows_none() =>
        Refusal(Repair, Bench.Policy() with { ApprovedTools = new HashSet<string>() }).By.ShouldBe(ToolRefusal.NotApproved);

    [Theory]
    [InlineData("repair", "", ToolRefusal.Blocked)]
    [InlineData("", "invokeTool", ToolRefusal.Blocked)]
    [InlineData("", "call_tool", ToolRefusal.Blocked)]
    [InlineData("getOrder", "notify", null)]
    public void A_block_list_names_tools_or_the_calling_of_tools(string tools, string actions, ToolRefusal? expected) =>
        By(Repair, new Guardrails { BlockLists = List(tools, actions) }).ShouldBe(expected);

    [Theory]
    [InlineData("repair", "", null)]
    [InlineData("getOrder", "", ToolRefusal.NotAllowListed)]
    [InlineData("", "", null)]
    [InlineData("", "notify", ToolRefusal.NotAllowListed)]
    [InlineData("", "notify,invokeTool", null)]
    [InlineData("repair", "notify", null)]
    [InlineData("getOrder", "call_tool", ToolRefusal.NotAllowListed)]
    public void An_allow_list_that_names_anything_narrows(string tools, string actions, ToolRefusal? expected) =>
        By(Repair, new Guardrails { AllowLists = List(tools, actions) }).ShouldBe(expected);

    [Fact]
    public void The_block_list_wins_over_the_allow_list() =>
        By(Repair, new Guardrails { AllowLists = List("repair", ""), BlockLists = List("repair", "") }).ShouldBe(ToolRefusal.Blocked);

    [Fact]
    public void A_refusal_names_the_tool_and_the_list() =>
        Refusal(Repair, Bench.Policy() with { Guardrails = new Guardrails { BlockLists = List("repair", "") } }).Reason.ShouldBe("The tool 'repair' is in blockLists.");

    [Theory]
    [InlineData("", "notify", "", ToolRefusal.NotAllowListed)]
    [InlineData("repair", "", "", null)]
    [InlineData("", "setStatus", "", null)]
    [InlineData("", "", "setStatus", ToolRefusal.Blocked)]
    public void Actions_have_lists_of_their_own(string allowedTools, string allowed, string blocked, ToolRefusal? expected)
    {
        Guardrails guardrails = new() { AllowLists = List(allowedTools, allowed), BlockLists = List("", blocked) };

        ToolVerdict verdict = ToolAllowList.CheckAction(StepActions.SetStatus, Bench.Policy() with { Guardrails = guardrails });

        ToolRefusal? by = (verdict as ToolVerdict.Refused)?.By;
        by.ShouldBe(expected);
    }

    [Theory]
    [InlineData("invokeTool", StepActions.CallTool)]
    [InlineData("call_tool", StepActions.CallTool)]
    [InlineData("notify", StepActions.Notify)]
    [InlineData("assignOwner", StepActions.AssignOwner)]
    [InlineData("set_status", StepActions.SetStatus)]
    [InlineData("addComment", StepActions.AddComment)]
    [InlineData("notified", null)]
    [InlineData("notify the desk", null)]
    public void Actions_are_known_in_both_spellings(string word, string? expected) => StepActions.Canonical(word).ShouldBe(expected);

    [Fact]
    public void A_use_is_refused_for_every_tool_and_action_that_is()
    {
        BoundPolicy policy = Bench.Policy() with { Guardrails = new Guardrails { BlockLists = List("move", "notify") } };
        PlaybookUse use = new(["getOrder", "move", "nope"], [StepActions.Notify, StepActions.SetStatus]);

        ToolAllowList.Refusals(use, policy).Select(refused => $"{refused.By}: {refused.Kind} '{refused.Name}'").ShouldBe(
            ["Blocked: tool 'move'", "NotDefined: tool 'nope'", "Blocked: action 'notify'"]);
    }

    private static ToolRefusal? By(ToolName tool, Guardrails guardrails) =>
        (ToolAllowList.Check(tool, Bench.Policy() with { Guardrails = guardrails }) as ToolVerdict.Refused)?.By;

    private static ToolVerdict.Refused Refusal(ToolName tool, BoundPolicy policy) => ToolAllowList.Check(tool, policy).ShouldBeOfType<ToolVerdict.Refused>();

    private static ToolList List(string tools, string actions) =>
        new(tools.Split(',', StringSplitOptions.RemoveEmptyEntries), actions.Split(',', StringSplitOptions.RemoveEmptyEntries));

    private static NamedList<ToolDefinition> Named(params ToolDefinition[] tools) => new(tools, tool => tool.Name.Value);
}
