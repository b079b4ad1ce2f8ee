using Reeve.Core.Errors;

namespace Reeve.Tests.Linting;

public sealed class ConditionLintTests
{
    private const string Place = " /severityRules/0/condition";

    [Fact]
    public void A_sound_pack_and_its_policy_have_no_findings()
    {
        LintBench.InDomain(LintBench.Domain, LintBench.Samples, LintBench.Policy).ShouldBeEmpty();
        LintBench.InPolicy(LintBench.Policy).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("weight > 10 && weight < 5")]
    [InlineData("weight >= 10 && weight < 10")]
    [InlineData("value == 'a' && value == 'b'")]
    [InlineData("value in ['a', 'b'] && value == 'c'")]
    [InlineData("value in ['a', 'b'] && !(value in ['b', 'a'])")]
    [InlineData("has(value) && !has(value)")]
    [InlineData("value == null && value > 3")]
    [InlineData("value.startsWith('Kube') && value.startsWith('Node')")]
    [InlineData("value.startsWith('abc') && !value.contains('b')")]
    [InlineData("value == 'abc' && value.endsWith('d')")]
    [InlineData("value.lowerAscii() == 'ABC'")]
    [InlineData("size(value) < 0")]
    [InlineData("size(value) > 3 && size(value) < 2")]
    [InlineData("'x' in value && size(value) == 0")]
    [InlineData("value && !value")]
    [InlineData("weight > value && weight <= value")]
    [InlineData("weight == value && weight != value")]
    [InlineData("value > 'b' && value < 'a'")]
    [InlineData("exceptionType == 'LATE' && exceptionType == 'LOST'")]
    [InlineData("exceptionType.startsWith('LO') && exceptionType != 'LOST'")]
    [InlineData("['a', 'b'].exists(x, x == value) && value == 'c'")]
    [InlineData("value > (type == 'LATE' ? 10 : 20) && value < 5")]
    [InlineData("false")]
    [InlineData("value in []")]
    [InlineData("value in [] && weight > 1")]
    [InlineData("'a' in []")]
    [InlineData("weight > 'ten' && weight < 5")]
    [InlineData("rawPayload.value > 3 && exception.rawPayload.value < 3 ")]
    [InlineData("type(value) == string && type(value) == int")]
    [InlineData("value == 'a' ? value == 'b' : false")]
    [InlineData("value == 'a' && value == 'b' && rawPayload.value == 'c'")]
    public void What_nothing_makes_true_is_found(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBe(["LINT-001" + Place]);

    [Theory]
    [InlineData("weight > 5 && weight < 10")]
    [InlineData("weight > 3 && weight < 4")]
    [InlineData("value in ['a', 'b'] && value != 'a'")]
    [InlineData("value.startsWith('Kube') && value.startsWith('KubeNode') && value.endsWith('eDown')")]
    [InlineData("value.startsWith('ab') && value.endsWith('bc') && !value.contains('z')")]
    [InlineData("value.contains('a') && value.contains('b') && !value.contains('ab')")]
    [InlineData("value.lowerAscii().contains('abc')")]
    [InlineData("'x' in value && !('y' in value) && size(value) > 4")]
    [InlineData("size(value) > 0 && value != []")]
    [InlineData("has(value) && value == null")]
    [InlineData("weight != value && weight > value")]
    [InlineData("stops[0].city == 'A' && stops[0].city != 'B'")]
    [InlineData("exceptionType.startsWith('L') && exceptionType != 'LOST'")]
    [InlineData("type(value) == string && value != 'a'")]
    [InlineData("weight > 9007199254740993 && weight < 9007199254740995")]
    [InlineData("value == 1 && value == 1.0")]
    public void What_something_makes_true_and_something_false_is_none(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBeEmpty();

    [Theory]
    [InlineData("type(value) == int && value > 5.5 && value < 7.5")]
    [InlineData("type(value) == double && value > 5")]
    [InlineData("type(value) == double && value == 5")]
    [InlineData("type(value) == string && size(value) > 3")]
    [InlineData("type(value) == map && 'a' in value")]
    [InlineData("type(value) == list && value != [] && value != ['a']")]
    [InlineData("parcel != {'a': 1} && parcel.a == 1")]
    [InlineData("value != ['a'] && value[0] == 'a'")]
    [InlineData("size(value) == 1 && value != ['~']")]
    [InlineData("'k' in parcel && parcel.j == 1")]
    [InlineData("size(parcel) > 2 && parcel.j == 1")]
    [InlineData("parcel == value && parcel.j == 1")]
    [InlineData("parcel.j != 1 && parcel[0] == 2")]
    [InlineData("value == weight && value")]
    [InlineData("has(value) && has(weight) && value == weight && !(weight != null)")]
    [InlineData("'a' < value && value < weight && weight < 'b'")]
    [InlineData("value.lowerAscii().contains('Ü')")]
    [InlineData("value.upperAscii().startsWith('é')")]
    [InlineData("weight > 9007199254740992 && weight < 9007199254740994")]
    public void Nothing_is_said_of_what_only_unusual_values_make_true(string condition) =>
        LintBench.InDomain(LintBench.WithRule(condition), samples: null).ShouldBeEmpty();

    [Theory]
    [InlineData("reported == severity")]
    [InlineData("reported != severity")]
    [InlineData("severity > reported && reported != ''")]
    [InlineData("guessed == exceptionType")]
    [InlineData("!(guessed == exceptionType) && severity == reported")]
    [InlineData("severity.lowerAscii() == 'high'")]
    [InlineData("exceptionType.lowerAscii() == 'lost'")]
    [InlineData("exceptionType.lowerAscii().startsWith('lo')")]
    [InlineData("exceptionType.upperAscii() in ['LOST', 'LATER'] || severity.trim() == 'HIGH'")]
    public void Types_and_severities_can_be_compared_with_data_and_in_other_letters(string condition) =>
        LintBench.InDomain(WithGuardrail(condition), samples: null).ShouldBeEmpty();

    [Theory]
    [InlineData("severity.lowerAscii() == 'HIGH'")]
    [InlineData("exceptionType.lowerAscii() == 'losst'")]
    public void Other_letters_that_no_type_or_severity_has_are_found_all_the_same(string condition) =>
        LintBench.InDomain(WithGuardrail(condition), samples: null).ShouldHaveSingleItem().ShouldEndWith("/guardrails/rules/0/condition");

    [Theory]
    [InlineData("weight * 2 > 10 && weight * 2 < 5")]
    [InlineData("value.matches('^a') && value.matches('^b')")]
    [InlineData("timestamp(value) > now && timestamp(value) < now")]
    [InlineData("stops.exists(s, s.city == 'A') && !stops.exists(s, s.city == 'A')")]
    [InlineData("string(value) == 'a' && string(value) == 'b'")]
    [InlineData("value > 3 && rawPayload.value < 3")]
    [InlineData("size(value) > 1000 && size(value) < 900")]
    [InlineData("value.lowerAscii() == 'a' && value == 'B'")]
    public void Where_not_everything_can_be_tried_nothing_is_said(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBeEmpty();

    [Theory]
    [InlineData("weight > 5 || weight <= 5")]
    [InlineData("true")]
    [InlineData("has(value) || !has(value)")]
    [InlineData("value != 'a' || value != 'b'")]
    [InlineData("size(value) >= 0")]
    [InlineData("!(value in [])")]
    [InlineData("!(value in {})")]
    [InlineData("!('a' in [])")]
    [InlineData("!(value in [] && weight > 1)")]
    [InlineData("!(value.lowerAscii() in []) || weight > 1")]
    [InlineData("!(exceptionType in [])")]
    [InlineData("exceptionType in ['PARCEL', 'LATE', 'LOST', 'SCANNED']")]
    public void What_holds_whenever_it_can_be_told_is_found(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBe(["LINT-002" + Place]);

    [Fact]
    public void What_is_in_no_empty_list_is_told_alike_wherever_it_is_asked()
    {
        const string condition = "!(value in [])";

        LintBench.InDomain(WithGuardrail(condition)).ShouldBe(["LINT-002 /guardrails/rules/0/condition"]);
        LintBench.InDomain(LintBench.WithSteps($$$"""[{"action":"locate","parameters":{"parcel":"{exception.raw_payload.parcel}"},"conditional":"{{{condition}}}"}]"""))
            .ShouldBe(["LINT-002 /playbooks/1/steps/0/conditional"]);
        LintBench.InPolicy(Make.With(LintBench.Policy, "humanApprovalRules", $$"""[{"condition":"{{condition}}","requireApproval":true}]"""))
            .ShouldBe(["LINT-002 /humanApprovalRules/0/condition"]);
        LintBench.InPolicy(LintBench.Policy.Replace("exceptionType == 'LOST'", condition, StringComparison.Ordinal)).ShouldContain("LINT-002 /routingRules/0/condition");
    }

    [Theory]
    [InlineData("weight >= 0")]
    [InlineData("value != null")]
    [InlineData("value in [] || weight > 1")]
    [InlineData("!(value in []) && weight > 1")]
    [InlineData("weight > 5 || weight < 5")]
    [InlineData("exceptionType in ['PARCEL', 'LATE', 'LOST']")]
    public void What_can_fail_is_not(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBeEmpty();

    [Theory]
    [InlineData("exceptionType == 'LOSST'", "Did you mean \"LOST\"?")]
    [InlineData("exceptionType in ['LOST', 'LATTE']", "Did you mean \"LATE\"?")]
    [InlineData("weight > 3 || exception.exception_type != 'LATEE'", "Did you mean \"LATE\"?")]
    [InlineData("exceptionType.startsWith('LOTS') || weight > 5", "begins with \"LOTS\"")]
    public void A_type_that_there_is_not_is_found_wherever_it_stands(string condition, string said)
    {
        ReeveError finding = LintBench.Lint(LintBench.WithRule(condition)).Domain.ShouldHaveSingleItem();

        finding.Code.ShouldBe("LINT-003");
        finding.Message.ShouldContain(said);
    }

    [Fact]
    public void A_type_of_the_pack_is_not() => LintBench.InDomain(LintBench.WithRule("exceptionType == 'LOST' && weight > 1")).ShouldBeEmpty();

    [Theory]
    [InlineData("severity == 'high'", "LINT-004", "Did you mean \"HIGH\"?")]
    [InlineData("severity == 'SEVERE' || weight > 5", "LINT-004", "there is none")]
    [InlineData("severity == 'LOW' && exceptionType == 'LOST'", "LINT-005", "Nothing that it is about can have that severity")]
    public void A_severity_that_there_is_not_or_that_nothing_can_have_is_found(string condition, string code, string said)
    {
        ReeveError finding = LintBench.Lint(WithGuardrail(condition)).Domain.ShouldHaveSingleItem();

        finding.Code.ShouldBe(code);
        finding.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("severity == 'HIGH' && exceptionType == 'LATE'")]
    [InlineData("severity == 'CRITICAL' && exceptionType == 'LOST'")]
    [InlineData("severity in ['LOW', 'HIGH'] && exceptionType != 'LOST'")]
    public void A_severity_by_default_or_by_a_rule_is_not(string condition) => LintBench.InDomain(WithGuardrail(condition)).ShouldBeEmpty();

    [Fact]
    public void What_a_policy_makes_possible_is_no_finding_in_the_domain_pack()
    {
        const string condition = "severity == 'LOW' && exceptionType == 'LOST'";
        string policy = Make.With(LintBench.Policy, "severityOverrides", """{"LOST":"LOW"}""");

        LintBench.InDomain(WithGuardrail(condition), LintBench.Samples, LintBench.Policy).ShouldBe(["LINT-005 /guardrails/rules/0/condition"]);
        LintBench.InDomain(WithGuardrail(condition), LintBench.Samples, policy).ShouldBeEmpty();
    }

    [Fact]
    public void A_rule_of_a_type_is_asked_for_that_type_and_those_below_it_only()
    {
        LintBench.InDomain(OfType("exceptionType == 'LOST'")).ShouldBe(["LINT-001 /exceptionTypes/PARCEL/severityRules/0/condition"], ignoreOrder: true);
        LintBench.InDomain(OfType("exceptionType == 'LATE'")).ShouldBeEmpty();

        static string OfType(string condition) => Make.With(LintBench.Domain, "exceptionTypes", $$$"""
            {"PARCEL":{"description":"Any.","severityRules":[{"id":"r","condition":"{{{condition}}}","severity":"LOW"}]},
             "LATE":{"description":"Late.","parentType":"PARCEL"},"LOST":{"description":"Lost."},"SCANNED":{"description":"I.","actionable":false}}
            """);
    }

    [Theory]
    [InlineData("severity == 'HIGH'", "reportedSeverity")]
    [InlineData("severity != null && weight > 3", "reportedSeverity")]
    public void No_severity_is_known_to_severity_rules(string condition, string said) =>
        LintBench.Lint(LintBench.WithRule(condition)).Domain.ShouldHaveSingleItem().Message.ShouldContain(said);

    [Fact]
    public void No_type_is_known_to_detection_rules()
    {
        string domain = LintBench.Domain.Replace("has(rawPayload.weight)", "exceptionType == 'LOST'", StringComparison.Ordinal);

        LintBench.InDomain(domain).ShouldBe(["LINT-001 /exceptionTypes/PARCEL/detectionRules/0/condition"]);
    }

    [Fact]
    public void A_domain_packs_condition_does_not_always_hold_while_a_tenant_may_set_another_severity()
    {
        string domain = Make.With(LintBench.WithSteps("""[{"action":"locate","parameters":{"parcel":"{exception.raw_payload.parcel}"},"conditional":"severity in ['HIGH', 'CRITICAL']"}]"""), "severityRules", "[]");

        LintBench.InDomain(domain).ShouldBeEmpty();
    }

    [Fact]
    public void A_path_that_begins_with_exception_is_a_field_of_the_record()
    {
        LintBench.InDomain(LintBench.WithRule("exception.weight > 5")).ShouldBe(["LINT-019" + Place]);
        LintBench.InDomain(LintBench.WithRule("exception.rawPayload.weight > 5")).ShouldBeEmpty();
    }

    private static string WithGuardrail(string condition) =>
        Make.With(LintBench.Domain, "guardrails", $$"""{"rules":[{"id":"tried","condition":"{{condition}}","decision":"BLOCK"}]}""");
}
