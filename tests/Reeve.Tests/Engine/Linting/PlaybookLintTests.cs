using Reeve.Core.Errors;

namespace Reeve.Tests.Linting;

public sealed class PlaybookLintTests
{
    private const string Steps = "\"steps\":[{\"action\":\"locate\",\"parameters\":{\"parcel\":\"{exception.raw_payload.parcel}\"}},{\"action\":\"resend\",\"parameters\":{\"parcel\":\"{exception.raw_payload.parcel}\"}}]";

    [Theory]
    [InlineData("", "", "their order in the file decides")]
    [InlineData("", "\"conditions\":{\"match\":{\"severity_in\":[\"HIGH\"]}},", "severity HIGH")]
    [InlineData("", "\"conditions\":{\"match\":{\"policy_tags\":[\"gold\"]}},", "LOST")]
    [InlineData("\"conditions\":{\"match\":{\"sla_minutes_remaining_lt\":60}},", "\"conditions\":{\"match\":{\"policy_tags\":[\"gold\"]}},", "LOST")]
    [InlineData("\"version\":\"2.0.0\",", "", "their versions decide")]
    public void Two_playbooks_between_which_only_order_or_version_decides_are_found(string first, string second, string said)
    {
        ReeveError finding = LintBench.Lint(Two(first, second)).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe(("LINT-010", "/playbooks/1"));
        finding.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("\"conditions\":{\"priority\":5,\"match\":{\"policy_tags\":[\"gold\"]}},", "")]
    [InlineData("\"conditions\":{\"match\":{\"severity_in\":[\"LOW\",\"HIGH\"]}},", "\"conditions\":{\"match\":{\"severity_in\":[\"CRITICAL\",\"MEDIUM\"]}},")]
    [InlineData("", "\"approved\":false,")]
    public void Playbooks_that_something_else_keeps_apart_are_not(string first, string second) => LintBench.InDomain(Two(first, second)).ShouldBeEmpty();

    [Fact]
    public void Playbooks_for_different_tags_tie_where_a_sample_has_both()
    {
        string domain = Two("\"conditions\":{\"match\":{\"policy_tags\":[\"gold\"]}},", "\"conditions\":{\"match\":{\"policy_tags\":[\"late\"]}},")
            .Replace("['gold']", "['gold'] + (doc.hours == null ? [] : ['late'])", StringComparison.Ordinal);

        LintBench.InDomain(domain).ShouldBe(["LINT-010 /playbooks/1"]);
        LintBench.InDomain(domain.Replace("['gold'] + (doc.hours == null ? [] : ['late'])", "[doc.hours == null ? 'late' : 'gold']", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_step_that_only_a_playbook_which_includes_it_can_reach_is_no_dead_one()
    {
        const string condition = "\"steps\":[{\"action\":\"resend\",\"parameters\":{\"parcel\":\"{exception.raw_payload.parcel}\"},\"conditional\":\"exceptionType == 'LOST'\"}]";
        string domain = Playbooks($$"""{"playbookId":"part","appliesTo":["LATE"],{{condition}}}""", $$"""{"playbookId":"whole","appliesTo":["LOST"],"includes":["part"],{{Steps}}}""");

        LintBench.InDomain(domain).ShouldNotContain(finding => finding.StartsWith("LINT-012", StringComparison.Ordinal));
        LintBench.InDomain(domain.Replace("\"includes\":[\"part\"],", "", StringComparison.Ordinal)).ShouldContain("LINT-012 /playbooks/0/steps/0/conditional");
    }

    [Fact]
    public void A_playbook_that_a_newer_one_of_its_id_replaces_is_never_chosen() =>
        LintBench.InDomain(Two("", "").Replace("\"playbookId\":\"one\"", "\"playbookId\":\"two\",\"version\":\"0.9.0\"", StringComparison.Ordinal)).ShouldBe(["LINT-009 /playbooks/0"]);

    [Fact]
    public void A_tie_that_a_better_playbook_always_hides_is_none()
    {
        string domain = Playbooks(
            $$"""{"playbookId":"a","appliesTo":["LOST"],"conditions":{"match":{"policy_tags":["gold"]} },{{Steps}}}""",
            $$"""{"playbookId":"b","appliesTo":["LOST","LATE"],"conditions":{"match":{"severity_in":["HIGH"]} },{{Steps}}}""",
            $$"""{"playbookId":"c","appliesTo":["LOST"],"conditions":{"match":{"severity_in":["HIGH"],"policy_tags":["gold"]},"priority":1},{{Steps}}}""");

        LintBench.InDomain(domain).ShouldBeEmpty();
    }

    [Fact]
    public void A_tenants_own_playbook_ties_with_the_domain_packs_and_is_told_in_the_policy()
    {
        string policy = Make.With(LintBench.Policy, "customPlaybooks", $$"""[{"playbookId":"mine","appliesTo":["LOST"],{{Steps}}}]""");

        LintBench.InPolicy(policy).ShouldBe(["LINT-010 /customPlaybooks/0"]);
        LintBench.InDomain(LintBench.Domain, LintBench.Samples, policy).ShouldBeEmpty();
        LintBench.InPolicy(policy.Replace("\"playbookId\":\"mine\"", "\"playbookId\":\"mine\",\"conditions\":{\"priority\":1}", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"appliesTo\":[\"SCANNED\"],", "information only")]
    [InlineData("\"appliesTo\":[\"LOST\"],\"conditions\":{\"match\":{\"severity\":\"LOW\"},\"priority\":1},", "can have the severity LOW")]
    [InlineData("\"appliesTo\":[\"LOST\"],\"conditions\":{\"match\":{\"domain\":\"Letters\"},\"priority\":1},", "the domain \"Letters\"")]
    [InlineData("\"appliesTo\":[\"LOST\"],\"conditions\":{\"priority\":-1},", "such as \"first\"")]
    [InlineData("\"appliesTo\":[\"LOST\"],\"conditions\":{\"match\":{\"exception_type\":\"LATE\"},\"priority\":1},", "no type is one that it is for")]
    [InlineData("\"appliesTo\":[\"PARCEL\"],\"conditions\":{\"match\":{\"exception_type\":\"LOST\"},\"priority\":-1},", "such as \"first\"")]
    public void A_playbook_that_nothing_can_choose_is_found(string book, string said)
    {
        ReeveError finding = LintBench.Lint(Playbooks($$"""{"playbookId":"first","appliesTo":["LOST","LATE"],{{Steps}}}""", $$"""{"playbookId":"second",{{book}}{{Steps}}}""")).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe(("LINT-009", "/playbooks/1"));
        finding.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("\"appliesTo\":[\"SCANNED\",\"PARCEL\"],")]
    [InlineData("\"appliesTo\":[\"LOST\"],\"conditions\":{\"match\":{\"severity\":\"CRITICAL\"},\"priority\":1},")]
    [InlineData("\"appliesTo\":[\"PARCEL\"],\"conditions\":{\"priority\":-1},")]
    [InlineData("\"appliesTo\":[\"P*\"],\"conditions\":{\"priority\":-1},")]
    public void A_playbook_that_something_can_choose_is_not(string book) =>
        LintBench.InDomain(Playbooks($$"""{"playbookId":"first","appliesTo":["LOST","LATE"],{{Steps}}}""", $$"""{"playbookId":"second",{{book}}{{Steps}}}""")).ShouldBeEmpty();

    [Fact]
    public void A_domain_packs_playbook_that_one_policy_makes_eligible_is_not()
    {
        string domain = Two("\"conditions\":{\"match\":{\"severity_in\":[\"HIGH\",\"CRITICAL\",\"MEDIUM\"]}},", "\"conditions\":{\"match\":{\"severity\":\"LOW\"}},");

        LintBench.InDomain(domain).ShouldBe(["LINT-009 /playbooks/1"]);
        LintBench.InDomain(domain, LintBench.Samples, Make.With(LintBench.Policy, "severityOverrides", """{"LOST":"LOW"}""")).ShouldBeEmpty();
    }

    [Fact]
    public void A_tenants_playbook_that_it_did_not_approve_is_found()
    {
        string policy = Make.With(Make.With(LintBench.Policy, "customPlaybooks", $$"""[{"playbookId":"mine","appliesTo":["PARCEL"],{{Steps}}}]"""), "approvedBusinessProcesses", """["search","hurry"]""");

        LintBench.InPolicy(policy).ShouldBe(["LINT-009 /customPlaybooks/0"]);
        LintBench.InPolicy(Make.With(policy, "approvedBusinessProcesses", """["search","hurry","mine"]""")).ShouldBeEmpty();
    }

    [Fact]
    public void A_playbook_without_types_is_for_others_to_use()
    {
        string part = $$"""{"playbookId":"part",{{Steps}}}""";

        LintBench.InDomain(Playbooks(part, $$"""{"playbookId":"b","appliesTo":["LOST"],{{Steps}}}""")).ShouldBe(["LINT-011 /playbooks/0"]);
        LintBench.InDomain(Playbooks(part, $$"""{"playbookId":"b","appliesTo":["LOST"],"includes":["part"],{{Steps}}}""")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("hours > 24 && hours < 3")]
    [InlineData("severity == 'LOW'")]
    [InlineData("exceptionType == 'LATE'")]
    [InlineData("false")]
    public void A_step_that_can_never_run_is_found(string condition) => LintBench.InDomain(LintBench.WithSteps(Locate($",\"conditional\":\"{condition}\""))).ShouldBe(["LINT-012 /playbooks/1/steps/0/conditional"]);

    [Theory]
    [InlineData("hours > 24")]
    [InlineData("severity == 'CRITICAL'")]
    public void A_step_that_can_is_not(string condition) => LintBench.InDomain(LintBench.WithSteps(Locate($",\"conditional\":\"{condition}\""))).ShouldBeEmpty();

    [Fact]
    public void A_step_that_always_runs_needs_no_condition() =>
        LintBench.InDomain(LintBench.WithSteps(Locate(",\"conditional\":\"exceptionType == 'LOST'\""))).ShouldBe(["LINT-002 /playbooks/1/steps/0/conditional"]);

    [Theory]
    [InlineData("""[{"action":"set_status","parameters":{"status":"resolved"}},{"action":"set_status","parameters":{"status":"escalated"}}]""", "LINT-014 /playbooks/1/steps/1")]
    [InlineData("""[{"action":"set_status","parameters":{"status":"escalated"}},"Tell them",{"action":"set_status","conditional":"value > 3","parameters":{"status":"open"}}]""", "LINT-014 /playbooks/1/steps/2")]
    [InlineData("""[{"action":"Ask the depot","fallback":"Ask again"}]""", "LINT-015 /playbooks/1/steps/0/fallback")]
    [InlineData("""[{"action":"add_comment","parameters":{"text":"x"},"fallback":{"action":"locate","parameters":{"parcel":"1"}}}]""", "LINT-015 /playbooks/1/steps/0/fallback")]
    public void A_status_that_cannot_follow_and_a_fallback_of_what_cannot_fail_are_found(string steps, string finding) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBe([finding]);

    [Theory]
    [InlineData("""[{"action":"set_status","parameters":{"status":"resolved"}},{"action":"notify","parameters":{"message":"x"}}]""")]
    [InlineData("""[{"action":"set_status","parameters":{"status":"escalated"}},{"action":"set_status","parameters":{"status":"resolved"}}]""")]
    [InlineData("""[{"action":"set_status","parameters":{"status":"resolved"}},{"action":"set_status","parameters":{"status":"open"}}]""")]
    [InlineData("""[{"action":"set_status","conditional":"value > 3","parameters":{"status":"resolved"}},{"action":"set_status","parameters":{"status":"escalated"}}]""")]
    [InlineData("""[{"action":"locate","parameters":{"parcel":"1"},"fallback":"Ask the depot"}]""")]
    public void What_follows_by_the_rules_and_what_can_fail_are_not(string steps) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBeEmpty();

    private static string Locate(string more) => $$"""[{"action":"locate","parameters":{"parcel":"1"}{{more}}}]""";

    private static string Two(string first, string second) => Playbooks(
        $$"""{"playbookId":"one","appliesTo":["LOST"],{{first}}{{Steps}}}""", $$"""{"playbookId":"two","appliesTo":["LOST"],{{second}}{{Steps}}}""");

    private static string Playbooks(params string[] playbooks) => Make.With(LintBench.Domain, "playbooks", $"[{string.Join(',', playbooks)}]");
}
