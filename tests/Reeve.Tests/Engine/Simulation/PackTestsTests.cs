using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Engine.Simulation;

namespace Reeve.Tests.Simulation;

public sealed class PackTestsTests
{
    [Theory]
    [InlineData("""{"severity":"medium","status":"RESOLVED","actionability":"ACTIONABLE_APPROVED_PROCESS"}""")]
    [InlineData("""{"exceptionType":"DELAYED","decision":"ALLOW","human_approval_required":false,"selectedPlaybookId":"hurry"}""")]
    [InlineData("""{"projectedStatus":"RESOLVED","confidence":0.8,"currentStep":1}""")]
    [InlineData("""{"stages":{"triage":{"decision":"CLASSIFIED"}},"playbookMetrics":{"totalSteps":2}}""")]
    public async Task A_case_that_comes_out_as_expected_passes(string expected)
    {
        PackTestReport report = await Run($$"""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":48,"amount":1},"expectedPlaybookId":"hurry","expectedOutput":{{expected}}}""");

        report.Cases.ShouldHaveSingleItem().Failures.ShouldBeEmpty();
        report.Passed.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"severity":"HIGH"}""", "severity", "\"HIGH\"", "\"MEDIUM\"")]
    [InlineData("""{"status":"IN_PROGRESS"}""", "status", "\"IN_PROGRESS\"", "\"RESOLVED\"")]
    [InlineData("""{"colour":"red"}""", "colour", "\"red\"", "no such field came out")]
    public async Task A_case_that_does_not_says_what_was_expected_and_what_came(string expected, string field, string wanted, string got)
    {
        PackTestReport report = await Run($$"""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":48,"amount":1},"expectedOutput":{{expected}}}""");

        report.Cases[0].Failures.ShouldBe([new CaseCheck(field, wanted, got, Met: false)]);
        report.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task An_unexpected_playbook_or_a_missing_one_fails()
    {
        PackTestReport wrong = await Run("""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"amount":1},"expectedPlaybookId":"search"}""");
        PackTestReport none = await Run("""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"amount":1},"expectedPlaybookId":null}""");

        wrong.Cases[0].Failures.ShouldBe([new CaseCheck("expectedPlaybookId", "search", "hurry", Met: false)]);
        none.Cases[0].Failures.ShouldBe([new CaseCheck("expectedPlaybookId", "none", "hurry", Met: false)]);
    }

    [Fact]
    public async Task A_refusal_can_be_expected_by_its_code_and_otherwise_fails_the_case()
    {
        const string input = """{"rawPayload":{},"timestamp":"yesterday"}""";

        (await Run($$"""{"input":{{input}},"expectedOutput":{"code":"INTAKE-004"} }""")).Failed.ShouldBe(0);
        (await Run($$"""{"input":{{input}},"expectedOutput":{} }""")).Cases[0].Failures.ShouldHaveSingleItem().Actual.ShouldContain("INTAKE-004");
    }

    [Fact]
    public async Task A_list_is_a_sequence_of_arrivals_of_which_the_last_is_judged()
    {
        const string item = """{"exceptionId":"E1","exceptionType":"DELAYED","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"parcel":"P","hoursLate":1} }""";

        PackTestReport report = await Run($$"""{"input":[{{item}},{{item}}],"expectedOutput":{"exceptionId":"E1","status":"IN_PROGRESS"} }""");

        report.Cases[0].Result.IsRepeat.ShouldBeTrue();
    }

    [Fact]
    public async Task Every_expectation_is_reported_with_what_came_out()
    {
        PackTestReport report = await Run("""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"amount":1},"expectedPlaybookId":"hurry","expectedOutput":{"severity":"LOW"}}""");

        report.Cases[0].Checks.ShouldBe([new CaseCheck("expectedPlaybookId", "hurry", "hurry", Met: true), new CaseCheck("severity", "\"LOW\"", "\"MEDIUM\"", Met: false)]);
        report.Cases[0].Failures.ShouldHaveSingleItem().Field.ShouldBe("severity");
    }

    [Fact]
    public async Task The_projected_status_of_a_plan_that_waits_for_approval_can_be_expected()
    {
        PackTestReport report = await Run("""{"input":{"exceptionType":"LOST","parcel":"P","amount":1},"expectedOutput":{"status":"PENDING_APPROVAL","projectedStatus":"RESOLVED"}}""");

        report.Failed.ShouldBe(0);
    }

    [Fact]
    public async Task What_no_case_reached_is_named()
    {
        PackTestReport report = await Run("""{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"amount":1}}""");

        report.Types.Missed.ShouldBe(["LOST", "LOST_ABROAD", "SCANNED"]);
        report.Playbooks.Share.ShouldBe(0.5);
    }

    private static Task<PackTestReport> Run(string test)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"s","cases":[{{test}}]}]"""));
        return new PackTests(Make.Pipeline(), new FakeTime(Make.Now)).RunAsync(policy, Make.Run(), TestContext.Current.CancellationToken);
    }
}
