using System.Text.Json;
using Reeve.Core.Errors;

namespace Reeve.Tests.Linting;

/// <summary>What intake mappings name, and the calendars that any expression names.</summary>
public sealed class MappingLintTests
{
    [Theory]
    [InlineData("fieldapp", "\"fieldapp\"", "write \"'fieldapp'\"")]
    [InlineData("field-app", "\"field\" and \"app\"", "write \"'field-app'\"")]
    [InlineData("docs.app", "\"docs\"", "Did you mean \"doc\"?")]
    [InlineData("rawPayload.app", "\"rawPayload\"", "write")]
    [InlineData("doc.app == null ? app : doc.app", "\"app\"", "only doc, item and now.")]
    [InlineData("doc.list.map(x, y)[0]", "\"y\"", "only doc, item and now.")]
    [InlineData("cel.bind(a, doc.app, a + b)", "\"b\"", "only doc, item and now.")]
    public void A_name_that_mappings_do_not_know_is_found(string expression, string named, string said)
    {
        ReeveError finding = LintBench.Lint(Mapped("sourceSystem", expression), samples: null).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe(("LINT-022", "/intake/1/record/sourceSystem"));
        finding.Message.ShouldStartWith($"\"sourceSystem\" of mapping 2 reads {named}, and mappings know only doc, item and now.");
        finding.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("'fieldapp'")]
    [InlineData("doc.app")]
    [InlineData("item == null ? string(now) : doc['app']")]
    [InlineData("doc.list.map(x, x.name)[0]")]
    [InlineData("cel.bind(app, doc.app, app + '!')")]
    [InlineData("type(doc.app) == string ? doc.app : string(type(now) == google.protobuf.Timestamp)")]
    [InlineData("string(math.greatest(1, 2)) + optional.of(doc.app).orValue('x')")]
    public void What_mappings_know_and_variables_functions_and_types_are_not(string expression) => LintBench.InDomain(Mapped("sourceSystem", expression), samples: null).ShouldBeEmpty();

    [Fact]
    public void Every_expression_of_a_mapping_is_looked_at_wherever_it_stands()
    {
        const string mapping = """{"when":"a == 1","each":"b","record":{"normalized_context":{"source_ref":"c"},"exception_type":"d","raw_payload":"h"},"fingerprint":"e","external_id":"f","state":"g"}""";
        string list = Make.With(LintBench.Domain, "intake", $"[{mapping}]");
        string nested = Make.With(LintBench.Domain, "intake", $$"""{"problemWindow":"2h","mappings":[{{mapping}}]}""");

        LintBench.InDomain(list, samples: null).ShouldBe(
            [.. new[] { "when", "each", "fingerprint", "external_id", "state", "record/raw_payload", "record/normalized_context/source_ref", "record/exception_type" }.Select(place => $"LINT-022 /intake/0/{place}")]);
        LintBench.InDomain(nested, samples: null).ShouldContain("LINT-022 /intake/mappings/0/record/normalized_context/source_ref");
        LintBench.InDomain(Make.With(LintBench.Domain, "intake", """{"record":{"exceptionType":"doc.type","weight":"weigth"}}"""), samples: null).ShouldBe(["LINT-022 /intake/record/weight"]);
        LintBench.InDomain(list.Replace("\"state\":\"g\"", "\"state\":\"close\"", StringComparison.Ordinal), samples: null).ShouldNotContain("LINT-022 /intake/0/state");
    }

    [Theory]
    [InlineData("'LOSST'", "LOSST")]
    [InlineData("doc.lost ? 'LOSST' : 'LATE'", "LOSST")]
    [InlineData("doc.a ? 'LATE' : doc.b ? 'LOST' : 'LOSST'", "LOSST")]
    [InlineData("{'1': 'LATE', '2': 'LOSST'}[doc.code]", "LOSST")]
    [InlineData("{'1': 'LATE'}[?doc.code].orValue('LOSST')", "LOSST")]
    [InlineData("cel.bind(c, doc.code, c == 'LAST' ? 'LOSST' : 'LATE')", "LOSST")]
    [InlineData("'late'", "late")]
    public void A_type_that_a_mapping_gives_and_the_pack_does_not_have_is_found(string expression, string type)
    {
        ReeveError finding = LintBench.Lint(Mapped("exceptionType", expression), samples: null).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe(("LINT-003", "/intake/1/record/exceptionType"));
        finding.Message.ShouldContain($"can give the type \"{type}\", and there is none.");
    }

    [Theory]
    [InlineData("doc.kind == 'LOSST' ? 'LOST' : null")]
    [InlineData("doc.type.replace('LOSST', 'LOST')")]
    [InlineData("'LO' + 'ST'")]
    [InlineData("{'LOSST': 'LOST'}[doc.kind]")]
    [InlineData("doc.kind in ['LOSST'] ? 'LOST' : ''")]
    public void Text_that_does_not_come_out_as_the_type_is_not(string expression) => LintBench.InDomain(Mapped("exceptionType", expression), samples: null).ShouldBeEmpty();

    [Fact]
    public void Text_that_another_field_gets_is_no_type() => LintBench.InDomain(Mapped("kind", "'LOSST'")).ShouldBeEmpty();

    [Fact]
    public void A_calendar_that_is_nowhere_is_found_wherever_it_is_named()
    {
        const string deadline = "string(businessDays.add(now, 2, 'dsek'))";
        const string late = "businessDays.between(timestamp, now, 'dsek') > 2 && weight > 3";
        string routing = Make.With(LintBench.Policy, "routingRules", $$"""[{"id":"late","condition":"{{late}}","assignGroup":"Desk"}]""");

        IReadOnlyList<ReeveError> findings = LintBench.Lint(Mapped("sla_deadline", deadline, Desk), samples: null).Domain;

        findings.Select(finding => $"{finding.Code} {finding.Subject}").ShouldBe(["LINT-025 /intake/1/record/sla_deadline", "LINT-021 /calendars/desk"]);
        findings[0].Message.ShouldBe("\"sla_deadline\" of mapping 2 counts in the calendar \"dsek\", and there is none. Did you mean \"desk\"?");
        LintBench.InDomain(LintBench.WithRule(late)).ShouldBe(["LINT-025 /severityRules/0/condition"]);
        LintBench.InPolicy(routing).ShouldBe(["LINT-025 /routingRules/0/condition"]);
    }

    [Fact]
    public void A_calendar_of_the_pack_or_of_a_policy_is_there()
    {
        const string deadline = "string(businessDays.add(now, 2, doc.fast ? 'desk' : doc.calendar))";
        string policy = Make.With(LintBench.Policy, "calendars", """{"desk":{"zone":"Europe/London"}}""");
        string routing = Make.With(policy, "routingRules", """[{"id":"late","condition":"businessDays.between(timestamp, now, 'desk') > 2","assignGroup":"Desk"}]""");

        LintBench.InDomain(Mapped("sla_deadline", deadline, Desk), samples: null).ShouldBeEmpty();
        LintBench.InDomain(Mapped("sla_deadline", deadline), samples: null).ShouldBe(["LINT-025 /intake/1/record/sla_deadline"]);
        LintBench.InDomain(Mapped("sla_deadline", deadline), samples: null, policy).ShouldBeEmpty();
        LintBench.InPolicy(routing).ShouldBeEmpty();
    }

    private const string Desk = """{"desk":{"zone":"Europe/London"}}""";

    private static string Mapped(string field, string expression, string calendars = "{}")
    {
        string fields = field == "exceptionType" ? "" : "\"exceptionType\": \"doc.type\", ";
        string domain = LintBench.Domain.Replace("\"exceptionType\": \"doc.type\",", $"{fields}\"{field}\": {JsonSerializer.Serialize(expression)},", StringComparison.Ordinal);
        return Make.With(domain, "calendars", calendars);
    }
}
