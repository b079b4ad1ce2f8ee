using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Policies;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Mutations;

namespace Reeve.Tests.Simulation;

/// <summary>Whether tests notice a rule or guardrail that is missing.</summary>
public sealed class MutationTests
{
    private const string Late = """{"exceptionType":"DELAYED","timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P","hoursLate":100,"amount":1}}""";

    [Fact]
    public async Task A_rule_that_a_case_rests_on_is_caught_by_it_and_the_others_survive()
    {
        MutationReport report = await Run(Make.Bound(Tested($$"""[{"caseId":"other","inputExceptionType":"SCANNED"},{"caseId":"late","input":{{Late}},"expectedOutput":{"severity":"HIGH"} }]""")));

        Shown(report).ShouldBe(
        [
            "/exceptionTypes/DELAYED/detectionRules/0 Survived", "/exceptionTypes/LOST_ABROAD/detectionRules/0 Survived",
            "/severityRules/0 Caught by s/late", "/severityRules/1 Survived", "/guardrails/rules/0 Survived",
        ]);
        report.Share.ShouldBe(0.2);
        (report.Reaches(20), report.Reaches(20.1m)).ShouldBe((true, false));
    }

    [Fact]
    public async Task The_case_that_is_named_is_one_that_rested_on_what_was_taken_out()
    {
        MutationReport report = await Run(Make.Bound(Tested("""
            [{"caseId":"unknown","inputExceptionType":"SCANNED","expectedOutput":{"violatedRules":["dear"]}},
             {"caseId":"dear","input":{"exceptionType":"SCANNED","rawPayload":{"amount":2000000}},"expectedOutput":{"violatedRules":["dear"]}}]
            """)));

        Shown(report).ShouldContain("/guardrails/rules/0 Caught by s/dear");
    }

    [Fact]
    public async Task Every_form_of_every_rule_and_guardrail_is_taken_out_by_itself()
    {
        // Each of these would pass if what it is about stayed in, or if something else went with it.
        const string cases = """
            [
              {"caseId":"late","input":LATE,"expectedOutput":{"detectedRules":["late"],"matchedRules":["very-late"],"severity":"LOW",
                "appliedRules":["severityOverrides:DELAYED","noAutoActionIfSeverityIn:LOW","requireHumanApprovalFor:DELAYED","of-one","humanApprovalRules:LOW","severityGates:LOW","humanApprovalThreshold","escalateIfConfidenceBelow","dear","rules:83e17ff5"],
                "assignGroup":"Desk"}},
              {"caseId":"abroad","input":{"timestamp":"2026-11-20T08:00:00Z","rawPayload":{"parcel":"P","country":"X","amount":9}},"expectedOutput":{"exceptionType":"LOST_ABROAD","matchedRules":["lost","here"],"severity":"MEDIUM","assignGroup":"Chief"}},
              {"caseId":"old","input":{"exceptionType":"SCANNED","timestamp":"2026-01-01T08:00:00Z","rawPayload":{"amount":1}},"expectedOutput":{"assignGroup":"Old"}},
              {"caseId":"pinned","inputExceptionType":"SCANNED","expectedOutput":{"guardrails":{"maxAutoRetries":2,"blockLists":{"tools":["recall","resend"],"actions":["notify"]}}}}
            ]
            """;
        string domain = Make.With(Tested(cases.Replace("LATE", Late, StringComparison.Ordinal)), "exceptionTypes", """
            {
              "DELAYED": {"defaultSeverity": "MEDIUM", "detection_rules": [{"id": "late", "condition": "hoursLate > 0"}]},
              "LOST": {}, "LOST_ABROAD": {"parentType": "LOST", "detectionRules": ["$.country"], "severity_rules": [{"id": "here", "if": "has(country)", "severity": "HIGH"}]},
              "SCANNED": {"defaultSeverity": "MEDIUM"}
            }
            """);
        domain = Make.With(domain, "guardrails", """{"block_lists":["resend"],"rules":[{"id":"dear","condition":"amount > 0","decision":"REQUIRE_APPROVAL"}],"severityGates":{"HIGH":{"requireApproval":true}}}""");
        const string policy = """
            {
              "tenantId": "NORTH", "domainName": "Parcels",
              "workflow_policies": {"severity_overrides": {"DELAYED": "LOW"}, "escalation_queue": "Old", "aging_thresholds": {"SCANNED": "2d"}},
              "customSeverityOverrides": [{"exception_type": "LOST", "severity": "MEDIUM"}],
              "customGuardrails": {
                "human_approval_threshold": 0.95, "escalateIfConfidenceBelow": 0.99, "noAutoActionIfSeverityIn": ["LOW"], "require_human_approval_for": ["DELAYED"],
                "maxAutoRetries": 2, "severity_gates": {"low": {"require_approval": true}},
                "blockLists": {"tools": ["recall"], "actions": ["notify"]}, "rules": [{"condition": "amount == 1", "decision": "REQUIRE_APPROVAL"}]
              },
              "human_approval_rules": [{"id": "of-one", "if": "amount == 1", "requireApproval": true}, {"severity": "LOW", "requireApproval": true}],
              "routing_rules": [{"if": "severity == 'MEDIUM'", "assign_group": "Chief"}, {"condition": "true", "assignGroup": "Desk"}]
            }
            """;

        MutationReport report = await Run(Make.Bound(domain, policy));

        report.Unchanged.Cases.SelectMany(test => test.Failures.Select(failure => $"{test.CaseId} {failure}")).ShouldBeEmpty();
        Shown(report).ShouldBe(
        [
            "/exceptionTypes/DELAYED/detection_rules/0 Caught by s/late", "/exceptionTypes/LOST_ABROAD/detectionRules/0 Caught by s/abroad",
            "/exceptionTypes/LOST_ABROAD/severity_rules/0 Caught by s/abroad", "/severityRules/0 Caught by s/late", "/severityRules/1 Caught by s/abroad",
            "T/human_approval_rules/0 Caught by s/late", "T/human_approval_rules/1 Caught by s/late",
            "T/routing_rules/0 Caught by s/abroad", "T/routing_rules/1 Caught by s/late",
            "T/workflow_policies/severity_overrides/DELAYED Caught by s/late", "T/customSeverityOverrides/0 Caught by s/abroad",
            "T/workflow_policies/aging_thresholds/SCANNED Caught by s/old",
            "/guardrails/block_lists/0 Caught by s/pinned", "/guardrails/rules/0 Caught by s/late",
            "T/customGuardrails/blockLists/tools/0 Caught by s/pinned", "T/customGuardrails/blockLists/actions/0 Caught by s/pinned",
            "T/customGuardrails/human_approval_threshold Caught by s/late", "T/customGuardrails/escalateIfConfidenceBelow Caught by s/late",
            "T/customGuardrails/maxAutoRetries Caught by s/pinned", "T/customGuardrails/noAutoActionIfSeverityIn/0 Caught by s/late",
            "T/customGuardrails/require_human_approval_for/0 Caught by s/late", "T/customGuardrails/severity_gates/low Caught by s/late",
            "T/customGuardrails/rules/0 Caught by s/late",
        ], ignoreOrder: true);
    }

    [Theory]
    [InlineData("""["locate"]""", "T/guardrailOverrides/allowLists/0 Survived")] // the domain pack's list is in force again, and has it
    [InlineData("""{"tools":["locate"],"actions":[]}""", "T/guardrailOverrides/allowLists/tools/0 Survived")]
    [InlineData("""{"tools":["locate","recall"]}""", "T/guardrailOverrides/allowLists/tools/0 Caught by s/1", "T/guardrailOverrides/allowLists/tools/1 Survived")]
    [InlineData("""{"tools":["locate"],"actions":["call_tool"]}""", "T/guardrailOverrides/allowLists/tools/0 Caught by s/1", "T/guardrailOverrides/allowLists/actions/0 Survived")]
    public async Task With_the_last_entry_of_a_list_its_key_goes(string lists, params string[] expected)
    {
        string domain = Make.With(Tested("""[{"inputExceptionType":"SCANNED","expectedOutput":{"guardrails":{"allowLists":["locate"]}}}]"""), "guardrails", """{"allowLists":["locate","refund"]}""");

        MutationReport report = await Run(Make.Bound(domain, Make.With(Make.Policy, "guardrailOverrides", $$"""{"allowLists":{{lists}}}""")));

        Shown(report).Where(mutant => mutant.Contains("allowLists", StringComparison.Ordinal)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"blockLists":["refund"],"requireHumanApprovalFor":[]}""", "blockLists/0 Survived", "requireHumanApprovalFor Caught by s/1")]
    [InlineData("""{"blockLists":{"tools":["refund"]},"requireHumanApprovalFor":[]}""", "blockLists/tools/0 Survived", "requireHumanApprovalFor Caught by s/1")]
    [InlineData("""{"allowLists":{"tools":[]},"requireHumanApprovalFor":[]}""", "allowLists Survived", "requireHumanApprovalFor Caught by s/1")]
    public async Task What_a_policy_gives_empty_beside_it_stays(string guardrails, params string[] expected)
    {
        string domain = Make.With(
            Tested($$"""[{"input":{{Late}},"expectedPlaybookId":"hurry","expectedOutput":{"decision":"ALLOW"} }]"""), "guardrails", """{"allowLists":["locate","resend","recall"],"requireHumanApprovalFor":["DELAYED"]}""");

        MutationReport report = await Run(Make.Bound(domain, Make.With(Make.Policy, "guardrailOverrides", guardrails)));

        report.Unchanged.Failed.ShouldBe(0);
        Shown(report).Where(mutant => mutant.StartsWith("T/guardrailOverrides/", StringComparison.Ordinal)).ShouldBe(expected.Select(mutant => "T/guardrailOverrides/" + mutant));
    }

    [Fact]
    public async Task What_both_packs_give_is_not_tried_and_what_a_policy_replaces_neither()
    {
        string domain = Make.With(Tested("[]"), "guardrails", """{"blockLists":["resend"],"noAutoActionIfSeverityIn":["LOW"],"maxAutoRetries":1}""");

        MutationReport report = await Run(Make.Bound(domain, Make.With(Make.Policy, "guardrailOverrides", """{"blockLists":["resend","refund"],"noAutoActionIfSeverityIn":["HIGH"],"maxAutoRetries":2}""")));

        Shown(report).Where(mutant => mutant.Contains("uardrail", StringComparison.Ordinal)).ShouldBe(
        [
            "T/guardrailOverrides/blockLists/1 Survived", "T/guardrailOverrides/maxAutoRetries Survived", "T/guardrailOverrides/noAutoActionIfSeverityIn/0 Survived",
        ]);
    }

    [Theory]
    [InlineData("""{"noAutoActionIfSeverityIn":["HIGH"]}""", """{"noAutoActionIfSeverityIn":[]}""", "T/guardrailOverrides/noAutoActionIfSeverityIn Caught by s/1")]
    [InlineData("""{}""", """{"noAutoActionIfSeverityIn":[]}""", "T/guardrailOverrides/noAutoActionIfSeverityIn Survived")] // CRITICAL would hold again
    [InlineData("""{"noAutoActionIfSeverityIn":[]}""", """{}""", "/guardrails/noAutoActionIfSeverityIn Survived")]
    [InlineData("""{"requireHumanApprovalFor":["DELAYED"]}""", """{"requireHumanApprovalFor":[]}""", "T/guardrailOverrides/requireHumanApprovalFor Caught by s/1")]
    [InlineData("""{"severityGates":{"HIGH":{"requireApproval":true}}}""", """{"severityGates":{}}""", "T/guardrailOverrides/severityGates Caught by s/1")]
    [InlineData("""{"allowLists":["locate"]}""", """{"allowLists":{"tools":[]}}""", "T/guardrailOverrides/allowLists Caught by s/1")]
    [InlineData("""{"requireHumanApprovalFor":[]}""", """{"requireHumanApprovalFor":[],"blockLists":[],"rules":[]}""")] // lifts nothing
    public async Task A_key_that_is_given_empty_to_lift_a_guardrail_is_taken_out_as_a_whole(string domain, string tenant, params string[] expected)
    {
        string pack = Make.With(Tested($$"""[{"input":{{Late}},"expectedPlaybookId":"hurry","expectedOutput":{"decision":"ALLOW"} }]"""), "guardrails", domain);

        MutationReport report = await Run(Make.Bound(pack, Make.With(Make.Policy, "guardrailOverrides", tenant)));

        report.Unchanged.Failed.ShouldBe(0);
        Shown(report).Where(mutant => mutant.Contains("uardrail", StringComparison.Ordinal)).ShouldBe(expected);
    }

    [Fact]
    public async Task Where_a_case_fails_with_nothing_taken_out_nothing_is_tried()
    {
        MutationReport report = await Run(Make.Bound(Tested($$"""[{"input":{{Late}},"expectedOutput":{"severity":"LOW"} }]""")));

        report.Mutants.ShouldBeEmpty();
        report.Unchanged.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task Two_runs_agree_however_many_work_at_once()
    {
        BoundPolicy policy = Make.Bound(Tested($$"""[{"input":{{Late}},"expectedOutput":{"severity":"HIGH","violatedRules":[]} },{"inputExceptionType":"LOST","expectedOutput":{"severity":"CRITICAL"} }]"""));
        List<int> told = [];

        MutationReport one = await Run(policy, told: (done, all) => told.Add(done));
        MutationReport four = await Run(policy, workers: 4);

        four.Mutants.ShouldBe(one.Mutants);
        told.ShouldBe(Enumerable.Range(1, one.Mutants.Count));
    }

    private static string Tested(string cases) => Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"s","cases":{{cases}}}]""");

    private static IEnumerable<string> Shown(MutationReport report) => report.Mutants.Select(mutant =>
        $"{(mutant.Element.Document == Core.PackDocuments.PackKind.Tenant ? "T" : "")}{mutant.Element.Pointer} {mutant.Outcome}{(mutant.Case is null ? "" : $" by {mutant.Case}")}");

    private static Task<MutationReport> Run(BoundPolicy policy, int workers = 1, Action<int, int>? told = null)
    {
        ThreadRuntime runtime = new(new FakeTime(Make.Now));
        return new PackMutator(runtime, new PackTests(runtime, NullLogger.Instance)).RunAsync(policy, Make.Run(), workers, told ?? ((_, _) => { }), TestContext.Current.CancellationToken);
    }
}
