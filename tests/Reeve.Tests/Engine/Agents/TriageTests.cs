using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Tests.Agents;

public sealed class TriageTests
{
    [Fact]
    public async Task The_highest_matching_rule_gives_the_severity()
    {
        string domain = Make.With(Make.Domain, "severityRules", """
            [{"id":"low","condition":"hoursLate > 0","severity":"LOW"},{"id":"high","condition":"hoursLate > 10","severity":"HIGH","priorityScore":5},
             {"id":"mid","condition":"hoursLate > 5","severity":"MEDIUM","priorityScore":9}]
            """);

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","hoursLate":48}""", Make.Bound(domain));

        result.TriageOf().Severity.ShouldBe(Severity.High);
        result.TriageOf().PriorityScore.ShouldBe(5);
        result.TriageOf().MatchedRules.ShouldBe([new RuleId("low"), new RuleId("high"), new RuleId("mid")]);
        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.9);
    }

    [Fact]
    public async Task Without_a_rule_the_default_counts_and_without_a_default_MEDIUM()
    {
        ExceptionResult byDefault = await Make.DecideOne("""{"exceptionType":"SCANNED"}""");
        ExceptionResult fallback = await Make.DecideOne("""{"exceptionType":"LOST"}""", Make.Bound(Make.With(Make.Domain, "severityRules", "[]")));

        byDefault.TriageOf().Severity.ShouldBe(Severity.Low);
        byDefault.Of(Stage.Triage)!.Confidence.ShouldBe(0.8);
        fallback.TriageOf().Severity.ShouldBe(Severity.Medium);
        fallback.Of(Stage.Triage)!.Evidence[0].ShouldContain("MEDIUM");
    }

    [Fact]
    public async Task A_rule_that_cannot_be_judged_does_not_match_and_caps_the_confidence_if_it_might_have_raised()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","hoursLate":"many","amount":1}""");

        result.TriageOf().Severity.ShouldBe(Severity.Medium);
        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.5);
        result.Of(Stage.Triage)!.Evidence.ShouldContain(reason => reason.Contains("very-late", StringComparison.Ordinal) && reason.Contains("hoursLate", StringComparison.Ordinal));
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_judged_and_would_not_raise_leaves_the_confidence()
    {
        string domain = Make.With(Make.Domain, "severityRules", """[{"condition":"weight > 1","severity":"LOW"}]""");

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","hoursLate":1}""", Make.Bound(domain));

        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.8);
    }

    [Fact]
    public async Task A_type_is_inferred_by_its_detection_rules_and_the_most_specific_wins()
    {
        string domain = Make.Domain.Replace("\"Nobody knows where it is.\"", "\"Nobody knows where it is.\", \"detectionRules\": [\"status == 'gone'\"]", StringComparison.Ordinal);

        ExceptionResult abroad = await Make.DecideOne("""{"status":"gone","country":"FR","amount":1}""", Make.Bound(domain));
        ExceptionResult home = await Make.DecideOne("""{"status":"gone","amount":1}""", Make.Bound(domain));

        abroad.Exception!.ExceptionType.ShouldBe(new ExceptionTypeName("LOST_ABROAD"));
        home.Exception!.ExceptionType.ShouldBe(new ExceptionTypeName("LOST"));
        home.Of(Stage.Intake)!.Confidence.ShouldBe(0.8);
        home.Of(Stage.Triage)!.Confidence.ShouldBe(0.7);
        home.Exception.DetectedRules.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_type_that_stays_unknown_escalates()
    {
        ExceptionResult result = await Make.DecideOne("""{"colour":"red"}""");

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Of(Stage.Triage)!.Decision.ShouldBe("UNCLASSIFIED");
        result.Of(Stage.Intake)!.Evidence.ShouldContain(reason => reason.Contains("hoursLate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_child_takes_the_default_of_its_nearest_ancestor()
    {
        string domain = Make.With(Make.Domain, "severityRules", "[]").Replace("\"Nobody knows where it is.\"", "\"x\",\"defaultSeverity\":\"HIGH\"", StringComparison.Ordinal);

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST_ABROAD","country":"FR"}""", Make.Bound(domain));

        result.TriageOf().Severity.ShouldBe(Severity.High);
    }
}
