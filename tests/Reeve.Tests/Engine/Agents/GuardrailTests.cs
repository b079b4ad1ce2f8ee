using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Agents;

/// <summary>Which guardrails and approval rules speak, and that none takes back what another asked for.</summary>
public sealed class GuardrailTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";
    private const string Lost = """{"exceptionType":"LOST","parcel":"P1","amount":1}""";

    [Theory]
    [InlineData("""{"noAutoActionIfSeverityIn":["MEDIUM"],"severityGates":{"MEDIUM":{"requireApproval":false}}}""")]
    [InlineData("""{"requireHumanApprovalFor":["DELAYED"],"severityGates":{"MEDIUM":{"requireApproval":false}}}""")]
    public async Task A_guardrail_that_allows_takes_back_nothing_that_another_asked_for(string guardrails)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "guardrails", guardrails)));

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_rule_that_blocks_is_not_softened_by_a_later_one_that_only_asks()
    {
        const string guardrails = """{"rules":[{"condition":"hoursLate > 1","decision":"BLOCK"},{"condition":"hoursLate > 2","decision":"REQUIRE_APPROVAL"}]}""";

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "guardrails", guardrails)));

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.Block);
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task An_open_gate_is_named_and_is_no_violation()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "guardrails", """{"severityGates":{"MEDIUM":{"requireApproval":false}}}""")));

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.Allow);
        result.PolicyOf().AppliedRules.ShouldHaveSingleItem().Verdict.ShouldBe(PolicyVerdict.Allow);
        result.PolicyOf().ViolatedRules.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"severityGates":{"HIGH":{"requireApproval":true},"LOW":{"requireApproval":true}}}""")]
    [InlineData("""{"humanApprovalThreshold":0.8,"escalateIfConfidenceBelow":0.8}""")] // Triage is exactly that sure
    [InlineData("""{"requireHumanApprovalFor":["LOST"]}""")]
    public async Task A_guardrail_about_something_else_is_silent(string guardrails)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "guardrails", guardrails)));

        result.Of(Stage.Triage)!.Confidence.ShouldBe(0.8);
        result.PolicyOf().AppliedRules.ShouldBeEmpty();
        result.Of(Stage.Policy)!.Decision.ShouldBe("ALLOW");
    }

    [Theory]
    [InlineData("""{"severity":"MEDIUM","requireApproval":true}""", true)]
    [InlineData("""{"severity":"HIGH","requireApproval":true}""", false)]
    [InlineData("""{"exceptionType":"DELAYED","requireApproval":true}""", true)]
    [InlineData("""{"exceptionType":"LOST","requireApproval":true}""", false)]
    [InlineData("""{"exceptionType":"DELAYED","severity":"LOW","requireApproval":true}""", false)]
    [InlineData("""{"condition":"hoursLate > 40","requireApproval":true}""", true)]
    [InlineData("""{"condition":"hoursLate > 50","requireApproval":true}""", false)]
    public async Task An_approval_rule_speaks_when_severity_type_and_condition_all_fit(string rule, bool speaks)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant($$"""{"humanApprovalRules":[{{rule}}]}"""));

        result.PolicyOf().AppliedRules.Count.ShouldBe(speaks ? 1 : 0);
        result.PolicyOf().HumanApprovalRequired.ShouldBe(speaks);
    }

    [Fact]
    public async Task An_approval_rule_about_a_type_holds_for_its_descendants()
    {
        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"LOST_ABROAD","parcel":"P1","country":"FR","amount":1}""",
            Tenant("""{"severityOverrides":{"LOST":"MEDIUM"},"humanApprovalRules":[{"exceptionType":"LOST","requireApproval":true}]}"""));

        result.PolicyOf().ViolatedRules.ShouldBe([new RuleId("humanApprovalRules:LOST")]);
    }

    [Theory]
    [InlineData("""{"humanApprovalRules":[{"exceptionType":"LOST","requireApproval":false}]}""")] // not about CRITICAL
    [InlineData("""{"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false},{"exceptionType":"LOST","requireApproval":true}]}""")]
    [InlineData("""{"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false},{"condition":"weight > 1","requireApproval":false}]}""")] // cannot be judged
    [InlineData("""{"guardrailOverrides":{"noAutoActionIfSeverityIn":["CRITICAL"]},"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false}]}""")]
    public async Task What_only_looks_like_an_override_for_critical_is_named_as_none(string parts)
    {
        string policy = parts.Contains("guardrailOverrides", StringComparison.Ordinal) ? parts : Make.With(parts, "guardrailOverrides", """{"noAutoActionIfSeverityIn":[]}""");

        ExceptionResult result = await Make.DecideOne(Lost, Tenant(policy));

        result.PolicyOf().CriticalOverride.ShouldBeNull();
        result.PolicyOf().ViolatedRules.ShouldContain(new RuleId("criticalNeverAutomatic"));
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_domain_pack_alone_lets_nothing_critical_act_automatically()
    {
        string domain = Make.With(Make.Domain, "guardrails", """{"noAutoActionIfSeverityIn":[]}""");
        const string policy = """{"tenantId":"NORTH","domainName":"Parcels","humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false}]}""";

        ExceptionResult result = await Make.DecideOne(Lost, Make.Bound(domain, policy));

        result.PolicyOf().CriticalOverride.ShouldBeNull();
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task Rules_see_the_effective_severity()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant("""
            {"severityOverrides":{"DELAYED":"HIGH"},"guardrailOverrides":{"rules":[{"id":"high","condition":"severity == 'HIGH'","decision":"REQUIRE_APPROVAL"}]}}
            """));

        result.PolicyOf().ViolatedRules.ShouldBe([new RuleId("high")]);
    }

    [Fact]
    public async Task A_playbook_proposed_past_the_tenants_approvals_is_a_violation_and_blocks()
    {
        IStageAgent[] agents = [.. Adjusted.In().Where(agent => agent.Stage != Stage.Policy), new MisledAgent(new PlaybookDesk(Make.Bound()))];

        ExceptionResult result = await Make.DecideOne(Delayed, Tenant("""{"approvedBusinessProcesses":[]}"""), Make.Pipeline(agents: agents));

        result.Of(Stage.Policy)!.Decision.ShouldBe("BLOCK");
        result.Of(Stage.Policy)!.Evidence.ShouldContain(reason => reason.Contains("'hurry' is not approved", StringComparison.Ordinal));
        result.PolicyOf().SelectedPlaybookId.ShouldBeNull();
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    private static BoundPolicy Tenant(string parts) => Make.Bound(policy: Make.With(Make.With(parts, "tenantId", "\"NORTH\""), "domainName", "\"Parcels\""));

    // Reeve's own agent, asking a desk that takes everything for approved.
    private sealed class MisledAgent(PlaybookDesk desk) : IStageAgent
    {
        public Stage Stage => Stage.Policy;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) => new PolicyAgent().Decide(
            new AgentMessage
            {
                Arrival = message.Arrival,
                Exception = message.Exception,
                PriorOutputs = message.PriorOutputs,
                Policy = message.Policy,
                Playbooks = desk,
                Now = message.Now,
                Scope = message.Scope,
            },
            evidence);
    }
}
