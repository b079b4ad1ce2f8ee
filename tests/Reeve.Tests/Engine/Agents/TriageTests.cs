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

    [Fact]
    public async Task Severity_rules_of_ancestors_count()
    {
        string domain = Make.With(Make.Domain, "severityRules", "[]").Replace(
            "\"Nobody knows where it is.\"", "\"x\",\"severityRules\":[{\"id\":\"any\",\"condition\":\"true\",\"severity\":\"HIGH\"}]", StringComparison.Ordinal);

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST_ABROAD","country":"FR"}""", Make.Bound(domain));

        result.TriageOf().Severity.ShouldBe(Severity.High);
        result.TriageOf().MatchedRules.ShouldBe([new RuleId("any")]);
    }

    [Fact]
    public async Task A_rule_of_the_same_severity_that_cannot_be_judged_leaves_the_confidence()
    {
        string domain = Make.With(Make.Domain, "severityRules", """[{"condition":"weight > 1","severity":"MEDIUM"}]""");

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","hoursLate":1}""", Make.Bound(domain));

        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.8);
    }

    [Theory]
    [InlineData(9, 5)]
    [InlineData(5, 9)]
    public async Task The_highest_score_of_the_rules_that_gave_the_severity_counts(int first, int second)
    {
        string domain = Make.With(Make.Domain, "severityRules", $$"""
            [{"condition":"hoursLate > 1","severity":"HIGH","priorityScore":{{first}}},{"condition":"hoursLate > 2","severity":"HIGH","priorityScore":{{second}}},
             {"condition":"hoursLate > 3","severity":"LOW","priorityScore":99}]
            """);

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","hoursLate":48}""", Make.Bound(domain));

        result.TriageOf().PriorityScore.ShouldBe(9);
    }

    [Fact]
    public async Task An_unknown_type_ends_at_triage_with_low_confidence_and_without_a_fault()
    {
        ExceptionResult result = await Make.DecideOne("""{"colour":"red"}""", Make.Bound(Make.With(Make.Domain, "severityRules", "[]")));

        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.5);
        result.Of(Stage.Triage)!.NextStep.ShouldBe(NextStep.Escalate);
        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "triage", "feedback"]);
        result.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""["second"]""", "second")] // what will be chosen
    [InlineData("[]", "first")] // what would be, were it approved
    public async Task The_suggested_playbook_is_the_one_chosen_or_the_best_that_is_not_approved(string approved, string expected)
    {
        string domain = Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"second","exceptionType":"DELAYED","steps":["Wait."]},
             {"playbookId":"first","exceptionType":"DELAYED","conditions":{"priority":5},"steps":["Call."]}]
            """);

        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"DELAYED","hoursLate":1,"amount":1}""", Make.Bound(domain, $$"""{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":{{approved}} }"""));

        result.TriageOf().SuggestedPlaybook.ShouldBe(new PlaybookId(expected));
    }

    [Fact]
    public async Task Of_equally_specific_types_the_first_in_the_pack_is_recognised_and_the_other_is_named()
    {
        ExceptionResult result = await Make.DecideOne(
            """{"hoursLate":2,"torn":true,"amount":1}""",
            Make.Bound(Make.With(Make.Domain, "exceptionTypes", """
                {"DELAYED":{"description":"Late.","detectionRules":[{"id":"late","condition":"hoursLate > 0"}]},
                 "TORN":{"description":"Torn.","detectionRules":["torn == true"]}, "LOST":{"description":"Gone."}}
                """)));

        result.Exception!.ExceptionType.ShouldBe(new ExceptionTypeName("DELAYED"));
        result.Exception.DetectedRules.ShouldBe(["late"]);
        result.Of(Stage.Intake)!.Evidence.ShouldContain("Detection rules of 'TORN' match as well.");
    }

    [Fact]
    public async Task An_ancestor_that_is_recognised_too_is_no_other_type()
    {
        string domain = Make.Domain.Replace("\"Nobody knows where it is.\"", "\"x\", \"detectionRules\": [\"status == 'gone'\"]", StringComparison.Ordinal);

        ExceptionResult result = await Make.DecideOne("""{"status":"gone","country":"FR","hoursLate":0,"amount":1}""", Make.Bound(domain));

        result.Exception!.ExceptionType.ShouldBe(new ExceptionTypeName("LOST_ABROAD"));
        result.Of(Stage.Intake)!.Evidence.ShouldNotContain(reason => reason.Contains("match as well", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_given_type_is_confirmed_by_its_own_rules_and_its_ancestors()
    {
        string domain = Make.Domain.Replace("\"Nobody knows where it is.\"", "\"x\", \"detectionRules\": [{\"id\":\"gone\",\"condition\":\"status == 'gone'\"}]", StringComparison.Ordinal);

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST_ABROAD","status":"gone","country":"FR","amount":1}""", Make.Bound(domain));

        result.Exception!.DetectedRules.Count.ShouldBe(2);
        result.Exception.DetectedRules.ShouldContain("gone");
        result.Of(Stage.Intake)!.Confidence.ShouldBe(1.0);
    }
}
