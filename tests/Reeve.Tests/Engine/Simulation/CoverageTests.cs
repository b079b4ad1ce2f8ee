using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Engine.PackFiles;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Elements;
using Reeve.Tests.Architecture;

namespace Reeve.Tests.Simulation;

/// <summary>What tests cover: the elements that took part in what a passed case judged.</summary>
public sealed class CoverageTests
{
    private const string Late = """{"exceptionType":"DELAYED","parcel":"P","hoursLate":100,"amount":1}""";

    [Fact]
    public async Task What_no_case_reached_is_named_with_its_place()
    {
        PackTestReport report = await Run($$"""[{"input":{{Late}},"expectedOutput":{"severity":"HIGH"} }]""");

        report.Types.Missed.Select(element => element.Id).ShouldBe(["LOST", "LOST_ABROAD", "SCANNED"]);
        report.Playbooks.Missed.ShouldHaveSingleItem().Pointer.ShouldBe("/playbooks/1");
        report.Rules.Missed.Select(element => element.Pointer).ShouldBe(["/exceptionTypes/LOST_ABROAD/detectionRules/0", "/severityRules/1"]);
        report.Guardrails.Missed.ShouldHaveSingleItem().ShouldBe(new PackElement(ElementKind.Guardrail, "rules", "dear", PackKind.Domain, "/guardrails/rules/0"));
        (report.Playbooks.Share, report.Types.Covered).ShouldBe((0.5, 1));
    }

    [Theory]
    [InlineData("""[{"input":LATE}]""")] // expects nothing
    [InlineData("""[{"input":LATE,"expectedOutput":{"severity":"LOW"}}]""")] // fails
    [InlineData("""[{"input":[LATE,{"exceptionType":"SCANNED","parcel":"P"}],"expectedOutput":{"severity":"LOW"}}]""")] // is not the arrival judged
    public async Task A_case_that_proves_nothing_covers_nothing(string cases)
    {
        PackTestReport report = await Run(cases.Replace("LATE", Late, StringComparison.Ordinal));

        report.Types.Missed.ShouldContain(element => element.Id == "DELAYED");
        report.Rules.Covered.ShouldBe(0);
        report.Playbooks.Covered.ShouldBe(0);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_judged_is_cited_and_not_covered()
    {
        PackTestReport report = await Run("""[{"input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":100},"expectedOutput":{"violatedRules":["dear"]}}]""");

        report.Failed.ShouldBe(0);
        report.Guardrails.Covered.ShouldBe(0);
    }

    [Fact]
    public async Task Every_kind_of_rule_and_guardrail_is_covered_by_the_case_in_which_it_took_part()
    {
        PackTestReport report = await Run("""
            [
              {"caseId":"late","input":{"exceptionType":"DELAYED","timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P","hoursLate":100,"amount":9}},"expectedOutput":{"severity":"LOW","assignGroup":"Desk"}},
              {"caseId":"abroad","input":{"timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P","country":"X","amount":9}},"expectedOutput":{"severity":"CRITICAL","assignGroup":"Chief"}},
              {"caseId":"old","input":{"exceptionType":"SCANNED","timestamp":"2026-01-01T08:00:00Z","rawPayload":{"amount":2000000}},"expectedOutput":{"assignGroup":"Old"}},
              {"caseId":"pinned","inputExceptionType":"SCANNED","expectedOutput":{"guardrails":{"max_auto_retries":2,"allowLists":["locate","refund"],"blockLists":{"tools":["recall"],"actions":["notify"]}}}}
            ]
            """, """
            {
              "tenantId": "NORTH", "domainName": "Parcels",
              "workflowPolicies": {"severityOverrides": {"DELAYED": "LOW"}, "escalationQueue": "Old", "agingThresholds": {"SCANNED": "2d"}},
              "custom_severity_overrides": [{"exceptionType": "LOST", "severity": "CRITICAL"}],
              "guardrailOverrides": {
                "humanApprovalThreshold": 0.95, "escalateIfConfidenceBelow": 0.75, "noAutoActionIfSeverityIn": ["LOW", "CRITICAL"], "requireHumanApprovalFor": ["LOST"],
                "maxAutoRetries": 2, "severityGates": {"low": {"requireApproval": false}}, "allow_lists": ["locate", "refund"],
                "blockLists": {"tools": ["recall"], "actions": ["notify"]}, "rules": [{"condition": "amount == 9", "decision": "REQUIRE_APPROVAL"}]
              },
              "humanApprovalRules": [{"severity": "CRITICAL", "requireApproval": true}, {"if": "amount == 9", "requireApproval": true}],
              "routingRules": [{"if": "severity == 'CRITICAL'", "assignGroup": "Chief"}, {"id": "rest", "condition": "true", "assignGroup": "Desk"}]
            }
            """);

        report.Cases.SelectMany(test => test.Failures).ShouldBeEmpty();
        report.Rules.Missed.ShouldBeEmpty();
        report.Guardrails.Missed.ShouldBeEmpty();
        report.Rules.Total.ShouldBe(11);
        report.Guardrails.Total.ShouldBe(13);
        report.Cases[2].Elements.ShouldNotContain(element => element.Section == "routingRules", "what is overdue is not routed");
        report.Cases[0].Elements.Where(element => element.Document == PackKind.Tenant).Select(element => element.Pointer).ShouldBe(
        [
            "/workflowPolicies/severityOverrides/DELAYED", "/humanApprovalRules/1", "/guardrailOverrides/noAutoActionIfSeverityIn/0",
            "/guardrailOverrides/severityGates/low", "/guardrailOverrides/humanApprovalThreshold", "/guardrailOverrides/rules/0", "/routingRules/1",
        ]);
    }

    [Fact]
    public async Task A_blocked_tool_is_covered_by_the_decision_that_it_blocks()
    {
        PackTestReport report = await Run(
            $$"""[{"input":{{Late}},"expectedOutput":{"decision":"BLOCK"} }]""",
            """{"tenantId":"NORTH","approvedBusinessProcesses":["hurry"],"guardrailOverrides":{"blockLists":["resend","refund"]}}""");

        report.Failed.ShouldBe(0);
        report.Guardrails.Missed.Select(element => element.Id).ShouldBe(["dear", "blockLists:refund"]);
        report.Playbooks.Total.ShouldBe(0, "approved and blocked is never selected");
    }

    [Theory]
    [InlineData("""{"guardrailOverrides":{"noAutoActionIfSeverityIn":["HIGH"],"rules":[]}}""", "/guardrails/blockLists/0 /guardrails/rules/0 T:/guardrailOverrides/noAutoActionIfSeverityIn/0")] // replaces the domain's
    [InlineData("""{"guardrailOverrides":{"autoActionAllowedOnlyForApprovedPlaybooks":true}}""", "/guardrails/blockLists/0 /guardrails/noAutoActionIfSeverityIn/0 /guardrails/noAutoActionIfSeverityIn/1 /guardrails/rules/0")]
    [InlineData("""{"agingThresholds":{"LOST":"1h"}}""", "/guardrails/blockLists/0 /guardrails/noAutoActionIfSeverityIn/0 /guardrails/noAutoActionIfSeverityIn/1 /guardrails/rules/0")] // without a queue
    public async Task What_can_never_take_part_is_not_counted(string policy, string guardrails)
    {
        const string own = """{"blockLists":["resend"],"noAutoActionIfSeverityIn":["LOW","HIGH"],"rules":[{"id":"dear","condition":"amount > 1000000","decision":"BLOCK"}]}""";
        PackTestReport report = await Run("[]", Make.With(policy, "tenantId", "\"NORTH\""), Make.With(Make.Domain, "guardrails", own));

        string.Join(' ', report.Guardrails.Missed.Select(element => (element.Document == PackKind.Tenant ? "T:" : "") + element.Pointer)).ShouldBe(guardrails);
        report.Rules.Total.ShouldBe(4);
        report.Playbooks.Missed.Select(element => element.Id).ShouldBe(["search"]); // the other one uses what is blocked
    }

    [Fact]
    public async Task Rules_of_one_id_are_covered_each_by_itself()
    {
        string domain = Make.With(Make.Domain, "severityRules", """[{"id":"a","condition":"amount == 1","severity":"HIGH"}]""");
        domain = Make.With(domain, "guardrails", """{"rules":[{"id":"a","condition":"amount == 2","decision":"BLOCK"}]}""");

        PackTestReport report = await Run($$"""[{"input":{{Late}},"expectedOutput":{"severity":"HIGH"} }]""", domain: domain);

        report.Rules.Missed.ShouldNotContain(element => element.Id == "a");
        report.Guardrails.Missed.ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Theory]
    [InlineData(1, 3, 33.3, true)]
    [InlineData(1, 3, 33.4, false)]
    [InlineData(999, 1000, 99.95, false)]
    [InlineData(11, 1000, 1.1, true)] // which no binary fraction is
    [InlineData(0, 0, 100, true)]
    public void A_threshold_is_compared_without_rounding(int covered, int total, double percent, bool reaches)
    {
        PackElement element = new(ElementKind.Rule, "severityRules", "a", PackKind.Domain, "/severityRules/0");

        new Coverage(total, [.. Enumerable.Repeat(element, total - covered)]).Reaches((decimal)percent).ShouldBe(reaches);
    }

    [Fact]
    public async Task What_took_part_is_what_the_decisions_cite_where_they_cite_it()
    {
        int rules = 0;
        foreach (string folder in Directory.GetDirectories(Path.Combine(SourceTree.Root, "packs")))
        {
            BoundPolicy policy = PolicyBinder.Bind(
                DomainPackReader.Read(PackFileReader.Read(Path.Combine(folder, "domain.yaml"))).OrThrow(),
                TenantPolicyReader.Read(PackFileReader.Read(Directory.GetFiles(folder, "policy.*.yaml").Order(StringComparer.Ordinal).First())).OrThrow()).OrThrow();
            foreach (CaseReport test in (await Run(policy)).Cases.Where(test => test.Elements.Count > 0))
            {
                if (test.Result.Of(Stage.Triage)?.Details is StageDetails.Triage triage)
                {
                    Of(test, "severityRules").ShouldBe(triage.MatchedRules.Select(rule => rule.Value).Distinct(), ignoreOrder: true);
                }

                if (test.Result.Of(Stage.Policy)?.Details is StageDetails.Policy decided)
                {
                    string[] cited = [.. decided.AppliedRules.Where(rule => !rule.Reason.Contains("cannot be judged", StringComparison.Ordinal)).Select(rule => rule.Id.Value)];

                    // What holds without being written stands in no document.
                    cited.Except(["criticalNeverAutomatic", "criticalOverride", policy.Policy.Guardrails.NoAutoActionIfSeverityIn is null && policy.Domain.Guardrails.NoAutoActionIfSeverityIn is null ? "noAutoActionIfSeverityIn:CRITICAL" : ""]).ShouldBeSubsetOf(test.Elements.Select(element => element.Id));
                    Of(test, "rules").Concat(Of(test, "humanApprovalRules")).ShouldBeSubsetOf(cited);
                    rules += cited.Length;
                }
            }
        }

        rules.ShouldBeGreaterThan(50);

        static IEnumerable<string> Of(CaseReport test, string section) => test.Elements.Where(element => element.Section == section).Select(element => element.Id).Distinct();
    }

    private static Task<PackTestReport> Run(string cases, string policy = Make.Policy, string domain = Make.Domain) =>
        Run(Make.Bound(Make.With(domain, "testSuites", $$"""[{"suiteId":"s","cases":{{cases}}}]"""), policy));

    private static Task<PackTestReport> Run(BoundPolicy policy) =>
        new PackTests(new ThreadRuntime(new FakeTime(Make.Now)), NullLogger.Instance).RunAsync(policy, Make.Run(), TestContext.Current.CancellationToken);
}
