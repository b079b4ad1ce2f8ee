using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Tests.Decisions;

public sealed class StageNamesTests
{
    [Theory]
    [InlineData("triage", NextStep.Triage)]
    [InlineData("ProceedToPolicy", NextStep.Policy)]
    [InlineData("Escalate", NextStep.Escalate)]
    [InlineData("ESCALATE", NextStep.Escalate)]
    [InlineData("Complete", NextStep.Complete)]
    [InlineData("PENDING_APPROVAL", NextStep.PendingApproval)]
    [InlineData("pending-approval", NextStep.PendingApproval)]
    public void Wire_names_and_synonyms_are_read(string text, NextStep expected)
    {
        StageNames.TryParse(text, out NextStep step).ShouldBeTrue();
        step.ShouldBe(expected);
    }

    [Fact]
    public void Every_step_reads_back_its_own_name()
    {
        foreach (NextStep step in Enum.GetValues<NextStep>())
        {
            StageNames.TryParse(step.Name(), out NextStep read).ShouldBeTrue();
            read.ShouldBe(step);
        }
    }

    [Fact]
    public void Enumerations_have_the_wire_names_of_the_specification()
    {
        Wire.All<ResolutionStatus>().ShouldBe(["OPEN", "IN_PROGRESS", "RESOLVED", "ESCALATED", "PENDING_APPROVAL"]);
        Wire.All<Actionability>().ShouldBe(["ACTIONABLE_APPROVED_PROCESS", "ACTIONABLE_NON_APPROVED_PROCESS", "NON_ACTIONABLE_INFO_ONLY"]);
        Wire.All<StepStatus>().ShouldBe(["SUCCESS", "FAILED", "SKIPPED", "NEEDS_APPROVAL"]);
        Wire.TryParse("critical", out Severity severity).ShouldBeTrue();
        severity.ShouldBe(Severity.Critical);
        Wire.TryParse("URGENT", out Severity _).ShouldBeFalse();
    }
}
