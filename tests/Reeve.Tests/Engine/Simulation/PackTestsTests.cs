using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Tests.Architecture;

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

    [Theory]
    [InlineData("""{"decision":"ALLOW"}""", "none: Policy did not run")]
    [InlineData("""{"policy_decision":"ALLOW"}""", "none: Policy did not run")]
    [InlineData("""{"violated_rules":["dear"]}""", "none: Policy did not run")]
    [InlineData("""{"severity":"HIGH"}""", "none: Triage did not run")]
    [InlineData("""{"projectedStatus":"RESOLVED"}""", "none: Resolution did not run")]
    [InlineData("""{"status":"RESOLVED"}""", "null")]
    [InlineData("""{"colour":"red"}""", "no such field came out")]
    public async Task What_could_not_come_out_because_its_stage_never_ran_says_so(string expected, string got) =>
        (await Run($$"""{"input":{"rawPayload":{},"timestamp":"yesterday"},"expectedOutput":{{expected}}}""")).Cases[0].Failures.ShouldHaveSingleItem().Actual.ShouldBe(got);

    [Fact]
    public async Task A_playbook_that_could_not_be_selected_because_Policy_never_ran_says_so() =>
        (await Run("""{"input":{"rawPayload":{},"timestamp":"yesterday"},"expectedPlaybookId":"hurry"}""")).Cases[0].Failures
            .ShouldBe([new CaseCheck("expectedPlaybookId", "hurry", "none: Policy did not run", Met: false)]);

    [Theory]
    [InlineData("NORMALISED", true)]
    [InlineData("normalised", true)]
    [InlineData("ALLOW", false)]
    public async Task The_word_of_Intake_counts_as_the_decision_where_Policy_did_not_run(string expected, bool isMet)
    {
        BoundPolicy policy = Make.Bound(
            Make.With(
                Make.With(Make.Domain, "intake", """[{"record":{"exceptionType":"doc.type"},"fingerprint":"doc.parcel","state":"doc.state"}]"""),
                "testSuites",
                $$"""[{"suiteId":"s","cases":[{"input":[{"type":"LOST","parcel":"P","amount":1,"state":"open"},{"type":"LOST","parcel":"P","amount":1,"state":"close"}],"expectedOutput":{"decision":"{{expected}}"} }]}]"""));

        CaseReport test = (await Run(policy)).Cases.ShouldHaveSingleItem();

        test.Result.Of(Stage.Policy).ShouldBeNull();
        test.Checks.ShouldBe([new CaseCheck("decision", $"\"{expected}\"", isMet ? "\"NORMALISED\"" : "none: Policy did not run", isMet)]);
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

    [Theory]
    [InlineData("""{"violatedRules":["noAutoActionIfSeverityIn:CRITICAL","requireHumanApprovalFor:LOST","lost-one","criticalNeverAutomatic"]}""")]
    [InlineData("""{"violated_rules":["noAutoActionIfSeverityIn:CRITICAL","requireHumanApprovalFor:LOST","lost-one","criticalNeverAutomatic"],"matched_rules":["lost"]}""")]
    [InlineData("""{"appliedRules":["noAutoActionIfSeverityIn:CRITICAL","requireHumanApprovalFor:LOST","lost-one","criticalNeverAutomatic"]}""")]
    [InlineData("""{"applied_rules":["noAutoActionIfSeverityIn:CRITICAL",{"ruleId":"requireHumanApprovalFor:LOST"},{"decision":"REQUIRE_APPROVAL"},"criticalNeverAutomatic"]}""")]
    [InlineData("""{"assignGroup":null,"original_severity":null,"owner":null,"criticalOverride":null,"parcel_weight":null,"colour":"red"}""")]
    public async Task Expected_names_are_found_in_either_spelling_and_absence_is_null(string expected)
    {
        string domain = Make.With(
            Make.With(Make.Domain, "intake", """[{"record":{"exceptionType":"doc.type","parcelWeight":"doc.weight","colour":"'RED'"}}]"""),
            "testSuites", $$"""[{"suiteId":"s","cases":[{"input":{"type":"LOST","amount":1},"expectedOutput":{{expected}}}]}]""");
        BoundPolicy policy = Make.Bound(domain, """
            {"tenantId":"NORTH","guardrailOverrides":{"requireHumanApprovalFor":["LOST"]},"humanApprovalRules":[{"id":"lost-one","exceptionType":"LOST","requireApproval":true}]}
            """);

        (await Run(policy)).Cases.ShouldHaveSingleItem().Failures.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"asignGroup":null}""", "no such field came out")] // mistyped
    [InlineData("""{"severity":null}""", "\"MEDIUM\"")]
    [InlineData("""{"assignGroup":"Desk"}""", "no such field came out")]
    [InlineData("""{"violatedRules":["a"]}""", "[\"dear\"]")]
    public async Task What_is_there_or_can_never_be_does_not_count_as_absent(string expected, string got) =>
        (await Run($$"""{"inputExceptionType":"DELAYED","expectedOutput":{{expected}}}""")).Cases[0].Failures.ShouldHaveSingleItem().Actual.ShouldBe(got);

    [Fact]
    public async Task A_refused_exception_has_no_severity_and_no_playbook()
    {
        PackTestReport report = await Run("""{"input":{"rawPayload":{},"timestamp":"yesterday"},"expectedPlaybookId":null,"expectedOutput":{"severity":null,"violatedRules":null,"status":null,"code":"INTAKE-004"}}""");

        report.Cases[0].Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_field_that_the_shipped_packs_show_is_one_that_a_test_may_expect_to_be_absent()
    {
        List<string> names = [];
        foreach (ExceptionResult result in await ShippedResults())
        {
            Collect(JsonText.Parse(RunResultWriter.Line(result), JsonLimits.Default).AsMap(), names);
        }

        names.AddRange(typeof(StageDetails).GetNestedTypes().SelectMany(type => type.GetProperties()).Select(property => property.Name)
            .Where(name => name is not ("EqualityContract" or "Verdict" or "PlanErrors" or "TotalSteps" or "CompletedSteps"))
            .Select(name => char.ToLowerInvariant(name[0]) + name[1..]));
        string expected = string.Join(",", names.Distinct().Select(name => $"\"{name}\":null"));
        PackTestReport report = await Run($$"""{"input":{"rawPayload":{},"timestamp":"yesterday"},"expectedOutput":{ {{expected}} } }""");

        report.Cases[0].Checks.Count.ShouldBeGreaterThan(60);
        report.Cases[0].Failures.Where(failure => failure.Actual == "no such field came out").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"maxAutoRetries":2}""")]
    [InlineData("""{"max_auto_retries":2,"allowLists":null}""")]
    [InlineData("""{"blockLists":["refund"]}""")]
    [InlineData("""{"blockLists":["refund","resend"]}""")]
    [InlineData("""{"block_lists":{"tools":["resend"],"actions":["invokeTool"]}}""")]
    public async Task The_guardrails_that_only_runs_show_can_be_expected_in_part(string expected) =>
        (await Guarded(expected)).Cases.ShouldHaveSingleItem().Failures.ShouldBeEmpty();

    [Theory]
    [InlineData("""{"maxAutoRetries":3}""")]
    [InlineData("""{"maxAutoRetries":null}""")]
    [InlineData("""{"blockLists":["locate"]}""")]
    [InlineData("""{"blockLists":null}""")]
    [InlineData("""{"blockLists":[7]}""")]
    [InlineData("""{"blockLists":"refund"}""")]
    [InlineData("""{"allowLists":["refund"]}""")]
    [InlineData("""{"humanApprovalThreshold":0.75}""")] // decisions cite it
    [InlineData("""["maxAutoRetries"]""")]
    public async Task Other_guardrails_than_those_in_force_fail_the_case(string expected) =>
        (await Guarded(expected)).Cases.ShouldHaveSingleItem().Failures.ShouldHaveSingleItem().Field.ShouldBe("guardrails");

    [Fact]
    public async Task A_policy_restates_a_case_of_the_domain_pack_and_adds_others()
    {
        const string suites = """
            [{"suiteId":"s","cases":[
              {"caseId":"a","input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"amount":1},"expectedPlaybookId":"hurry","expectedOutput":{"severity":"HIGH"}},
              {"caseId":"b","inputExceptionType":"SCANNED"}]}]
            """;
        const string own = """
            [{"suiteId":"s","cases":[{"caseId":"a","expectedOutput":{"severity":"LOW"}},{"caseId":"c","inputExceptionType":"LOST"}]},
             {"suiteId":"t","cases":[{"caseId":"a","inputExceptionType":"LOST"}]}]
            """;
        BoundPolicy policy = Make.Bound(
            Make.With(Make.Domain, "testSuites", suites),
            Make.With(Make.With(Make.Policy, "severityOverrides", """{"DELAYED":"LOW"}"""), "testSuites", own));

        PackTestReport report = await Run(policy);

        report.Cases.Select(test => $"{test.SuiteId}/{test.CaseId}").ShouldBe(["s/a", "s/b", "s/c", "t/a"]);
        report.Cases[0].Checks.ShouldBe([new CaseCheck("severity", "\"LOW\"", "\"LOW\"", Met: true)]);
    }

    [Fact]
    public async Task A_suite_is_judged_at_its_own_time_and_the_rest_at_the_runs()
    {
        const string input = """{"exceptionType":"DELAYED","timestamp":"2026-01-01T00:00:00Z","rawPayload":{"parcel":"P","hoursLate":1,"amount":1}}""";
        const string policy = """
            {"tenantId":"NORTH","escalationQueue":"old","agingThresholds":{"DELAYED":"2d"},"testSuites":[
            {"suiteId":"early","cases":[{"caseId":"kept","expectedOutput":{"assignGroup":null}},{"caseId":"new","input":INPUT,"expectedOutput":{"assignGroup":null}}]},
            {"suiteId":"moved","asOf":"2026-01-05T00:00:00Z","cases":[{"caseId":"restated","expectedOutput":{"assignGroup":"old"}}]}]}
            """;
        const string domain = """
            [{"suiteId":"early","asOf":"2026-01-02T00:00:00+01:00","cases":[{"caseId":"kept","input":INPUT},{"caseId":"own","input":INPUT,"expectedOutput":{"assignGroup":null}}]},
            {"suiteId":"moved","asOf":"2026-01-02T00:00:00Z","cases":[{"caseId":"restated","input":INPUT},{"caseId":"stays","input":INPUT,"expectedOutput":{"assignGroup":null}}]},
            {"suiteId":"now","cases":[{"input":INPUT,"expectedOutput":{"assignGroup":"old"}}]}]
            """;

        PackTestReport report = await Run(Make.Bound(
            Make.With(Make.Domain, "testSuites", domain.Replace("INPUT", input, StringComparison.Ordinal)), policy.Replace("INPUT", input, StringComparison.Ordinal)));

        report.Cases.SelectMany(test => test.Failures.Select(failure => $"{test.SuiteId}/{test.CaseId} {failure}")).ShouldBeEmpty();
        report.Cases.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_case_that_cannot_be_run_fails_and_says_why()
    {
        PackTestReport report = await Run(Make.Bound(policy: Make.With(Make.Policy, "testSuites", """[{"suiteId":"s","cases":[{"caseId":"gone","expectedPlaybookId":null}]}]""")));

        report.Cases.ShouldHaveSingleItem().Failures.ShouldHaveSingleItem().Actual.ShouldContain("PACK-044");
    }

    private static Task<PackTestReport> Guarded(string expected)
    {
        string domain = Make.With(
            Make.With(Make.Domain, "guardrails", """{"blockLists":["resend"]}"""),
            "testSuites", $$"""[{"suiteId":"s","cases":[{"inputExceptionType":"SCANNED","expectedOutput":{"guardrails":{{expected}} } }]}]""");
        return Run(Make.Bound(domain, Make.With(Make.Policy, "guardrailOverrides", """
            {"humanApprovalThreshold":0.75,"maxAutoRetries":2,"blockLists":{"tools":["refund"],"actions":["call_tool"]}}
            """)));
    }

    private static async Task<IEnumerable<ExceptionResult>> ShippedResults()
    {
        List<ExceptionResult> results = [];
        foreach (string folder in Directory.GetDirectories(Path.Combine(SourceTree.Root, "packs")))
        {
            BoundPolicy policy = PolicyBinder.Bind(
                DomainPackReader.Read(PackFileReader.Read(Path.Combine(folder, "domain.yaml"))).OrThrow(),
                TenantPolicyReader.Read(PackFileReader.Read(Directory.GetFiles(folder, "policy.*.yaml").Order(StringComparer.Ordinal).First())).OrThrow()).OrThrow();
            results.AddRange((await Run(policy)).Cases.Select(test => test.Result));
        }

        return results;
    }

    // Names of members, but not what packs and payloads themselves name.
    private static void Collect(MapValue map, List<string> names)
    {
        for (int i = 0; i < map.Count; i++)
        {
            string name = map.KeyAt(i).AsString();
            names.Add(name);
            if (name is "exception" or "details")
            {
                Collect(map.ValueAt(i).MapOrNull() ?? ObjectMap.Empty, names);
            }

            if (name == "stages")
            {
                MapValue stages = map.ValueAt(i).AsMap();
                for (int j = 0; j < stages.Count; j++)
                {
                    Collect(stages.ValueAt(j).AsMap(), names);
                }
            }
        }
    }

    private static Task<PackTestReport> Run(BoundPolicy policy) =>
        new PackTests(new ThreadRuntime(new FakeTime(Make.Now)), NullLogger.Instance).RunAsync(policy, Make.Run(), TestContext.Current.CancellationToken);

    private static Task<PackTestReport> Run(string test)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"s","cases":[{{test}}]}]"""));
        return Run(policy);
    }
}
