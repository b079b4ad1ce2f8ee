using Reeve.Core.Packs;

namespace Reeve.Tests.Packs;

public sealed class PackNamesTests
{
    private static readonly PackNames Names = new(["LATE"], ["getOrder", "refund"], [], []);

    [Theory]
    [InlineData("getOrdr", "\"getOrdr\" is neither an action nor a tool, so a person reads it and nothing is called. Did you mean \"getOrder\"?")]
    [InlineData("refnd", "Did you mean \"refund\"?")]
    [InlineData("notfy", "Did you mean \"notify\"?")]
    [InlineData("Call getOrdr(id)", "stands before a bracket and is no tool")]
    public void A_step_that_nearly_names_a_tool_or_an_action_is_doubtful(string step, string doubt) =>
        Names.Doubt(new PackReference(ReferenceKind.StepText, step, "/playbooks/0/steps/0")).ShouldNotBeNull().Message.ShouldContain(doubt);

    [Theory]
    [InlineData("getOrder")]
    [InlineData("getOrder/refund")]
    [InlineData("Escalate")]
    [InlineData("Refnd the customer")]
    [InlineData("")]
    public void Words_for_a_person_are_not(string step) =>
        Names.Doubt(new PackReference(ReferenceKind.StepText, step, "/playbooks/0/steps/0")).ShouldBeNull();
}
