using System.Diagnostics;

namespace Reeve.Tests.Linting;

/// <summary>Packs made to take long. The bounds are counted, so the times here only have to be far from forever.</summary>
public sealed class HostilePackTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_condition_of_thousands_of_parts_is_given_up() =>
        Within(() => LintBench.InDomain(LintBench.WithRule(string.Join(" || ", Enumerable.Range(0, 1_800).Select(i => $"f{i} == {i} && g{i} > {i}"))), samples: null).ShouldBeEmpty());

    [Fact]
    public void A_list_of_thousands_of_constants_is_given_up() =>
        Within(() => LintBench.InDomain(LintBench.WithRule($"value in [{string.Join(", ", Enumerable.Range(0, 9_000))}] && value == -1"), samples: null).ShouldBeEmpty());

    [Fact]
    public void Deep_nesting_is_walked() =>
        Within(() => LintBench.InDomain(LintBench.WithRule(string.Concat(Enumerable.Repeat("!(", 120)) + "weight > 3 && weight < 2" + new string(')', 120)), samples: null)
            .ShouldBe(["LINT-001 /severityRules/0/condition"]));

    [Fact]
    public void Choices_within_choices_are_walked() =>
        Within(() => LintBench.InDomain(LintBench.WithRule($"({Choice(100)}) == ({Choice(100)})"), samples: null).ShouldBeEmpty());

    [Fact]
    public void Many_fields_in_one_condition_are_too_many_to_try() =>
        Within(() => LintBench.InDomain(LintBench.WithRule(string.Join(" && ", Enumerable.Range(0, 14).Select(i => $"f{i} in ['a', 'b', 'c', 'd', 'e'] && f{i} != 'x'")) + " && f0 == 'z'"), samples: null).ShouldBeEmpty());

    [Fact]
    public void A_thousand_playbooks_for_a_thousand_types_are_judged_or_given_up()
    {
        string types = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$"""
            "T{{i}}":{"description":"T.","severityRules":[{"id":"r{{i}}","condition":"a{{i}} in ['x','y','z'] && b{{i}} > {{i}} && c{{i}} < {{i}}","severity":"HIGH"}]}
            """));
        string playbooks = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$$"""
            {"playbookId":"p{{{i}}}","appliesTo":["T*"],"conditions":{"match":{"policy_tags":["t{{{i % 7}}}"],"sla_minutes_remaining_lt":{{{i}}}}},"steps":[{"action":"locate","parameters":{"parcel":"1"},"conditional":"v{{{i}}} == 'a' && w{{{i}}} != 'b' || {{{i}}} > 5"}]}
            """));
        string domain = Make.With(Make.With(Make.With(LintBench.Domain, "exceptionTypes", $"{{{types}}}"), "playbooks", $"[{playbooks}]"), "severityRules", "[]");

        Within(() => _ = LintBench.InDomain(domain, LintBench.Samples, Make.With(LintBench.Policy, "routingRules", "[]")));
    }

    [Fact]
    public void A_thousand_playbooks_for_one_type_tie_and_are_told_of_within_bounds()
    {
        string playbooks = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$"""{"playbookId":"p{{i}}","appliesTo":["LOST"],"steps":["locate(parcel)"]}"""));

        string[] findings = [];
        Within(() => findings = LintBench.InDomain(Make.With(LintBench.Domain, "playbooks", $"[{playbooks}]")));

        findings.Length.ShouldBeLessThan(1_100);
        findings.ShouldContain(finding => finding.StartsWith("LINT-010", StringComparison.Ordinal));
    }

    [Fact]
    public void Hundreds_of_routing_rules_are_compared_within_bounds()
    {
        string rules = string.Join(',', Enumerable.Range(0, 800).Select(i => $$"""{"id":"r{{i}}","condition":"a{{i}} in ['a','b','c'] && b == {{i}} && c > {{i}} && exceptionType != 'LOST'","assignGroup":"g"}"""));

        Within(() => LintBench.InPolicy(Make.With(LintBench.Policy, "routingRules", $"[{rules}]"), LintBench.Domain, samples: null).ShouldBeEmpty());
    }

    private static string Choice(int depth) => depth == 0 ? "0" : $"f{depth} > {depth} ? {depth} : {Choice(depth - 1)}";

    private static void Within(Action lint)
    {
        Stopwatch watch = Stopwatch.StartNew();
        lint();
        watch.Elapsed.ShouldBeLessThan(Patience);
    }
}
