using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;

namespace Reeve.Tests.Intake;

public sealed class NormaliserTests
{
    [Fact]
    public async Task A_bare_object_is_its_own_payload_byte_for_byte()
    {
        const string raw = """{ "exceptionType":"DELAYED",  "hoursLate" : 1.10, "note":"caf\u00e9" }""";

        ExceptionRecord record = (await Make.DecideOne(raw)).Exception!;

        Encoding.UTF8.GetString(record.RawBytes.Span).ShouldBe(raw);
        record.SourceSystem.ShouldBe("unknown");
        record.Timestamp.ShouldBe(Make.Now);
        record.TenantId.ShouldBe(new TenantId("NORTH"));
        record.NormalizedContext["domain"].AsString().ShouldBe("Parcels");
    }

    [Fact]
    public async Task An_envelope_is_read_in_both_spellings()
    {
        ExceptionRecord camel = (await Make.DecideOne("""{"exceptionId":"E1","tenantId":"NORTH","sourceSystem":"van","exceptionType":"DELAYED","timestamp":"2026-11-01T10:00:00.1234567+02:00","rawPayload":{"a":1}}""")).Exception!;
        ExceptionRecord snake = (await Make.DecideOne("""{"exception_id":"E1","tenant_id":"NORTH","source_system":"van","exception_type":"DELAYED","timestamp":"2026-11-01T10:00:00.1234567+02:00","raw_payload":{"a":1}}""")).Exception!;

        camel.ExceptionId.ShouldBe(new ExceptionId("E1"));
        camel.Timestamp.ShouldBe(new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero).AddMicroseconds(123456));
        Encoding.UTF8.GetString(camel.RawBytes.Span).ShouldBe("""{"a":1}""");
        (snake.ExceptionId, snake.SourceSystem, snake.Timestamp, snake.ExceptionType).ShouldBe((camel.ExceptionId, camel.SourceSystem, camel.Timestamp, camel.ExceptionType));
    }

    [Theory]
    [InlineData("""{"rawPayload":{},"colour":1}""", "INTAKE-002", "/colour")]
    [InlineData("""{"rawPayload":{},"exceptionType":"DELAYED","exception_type":"DELAYED"}""", "INTAKE-012", "/exception_type")]
    [InlineData("""{"rawPayload":[1]}""", "INTAKE-003", "/rawPayload")]
    [InlineData("""{"rawPayload":{},"exceptionType":7}""", "INTAKE-003", "/exceptionType")]
    [InlineData("""{"rawPayload":{},"severity":"URGENT"}""", "INTAKE-003", "/severity")]
    [InlineData("""{"rawPayload":{},"detectedRules":"x"}""", "INTAKE-003", "/detectedRules")]
    [InlineData("""{"rawPayload":{},"normalizedContext":[]}""", "INTAKE-003", "/normalizedContext")]
    [InlineData("""{"rawPayload":{},"timestamp":"2026-11-01"}""", "INTAKE-004", "/timestamp")]
    [InlineData("""{"rawPayload":{},"timestamp":"2026-11-01T10:00:00"}""", "INTAKE-004", "/timestamp")]
    [InlineData("""{"timestamp":1700000000}""", "INTAKE-004", "/timestamp")]
    [InlineData("""{"rawPayload":{},"tenantId":"SOUTH"}""", "INTAKE-005", "/tenantId")]
    [InlineData("""{"rawPayload":{},"exceptionId":"NORTH"}""", "INTAKE-006", "/exceptionId")]
    [InlineData("""{"rawPayload":{},"exceptionId":"."}""", "INTAKE-006", "/exceptionId")]
    [InlineData("""{"rawPayload":{},"exceptionId":".."}""", "INTAKE-006", "/exceptionId")]
    [InlineData("""{"rawPayload":{},"exceptionId":""}""", "INTAKE-006", "/exceptionId")]
    [InlineData("""{"rawPayload":{},"exceptionId":"a\u202eb"}""", "INTAKE-006", "/exceptionId")]
    [InlineData("""{"rawPayload":{},"exceptionId":7}""", "INTAKE-003", "/exceptionId")]
    [InlineData("[1]", "INTAKE-001", "")]
    [InlineData("[\"x\"]", "INTAKE-001", "")]
    public async Task What_cannot_become_a_record_is_refused_with_the_field(string item, string code, string pointer)
    {
        ExceptionResult result = (await Make.Decide(item)).ShouldHaveSingleItem().Result;

        result.Status.ShouldBeNull();
        result.Errors.ShouldContain(error => error.Code == code && error.Subject == pointer, string.Join("; ", result.Errors));
        result.Errors.ShouldAllBe(error => error.NextStep.Length > 0);
    }

    [Fact]
    public async Task All_errors_of_an_item_come_together()
    {
        ExceptionResult result = await Make.DecideOne("""{"rawPayload":{},"colour":1,"size":2,"tenantId":"SOUTH"}""");

        result.Errors.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_refused_item_keeps_its_place_and_the_rest_goes_on()
    {
        List<PassOutcome> outcomes = await Make.Decide("""[{"exceptionType":"DELAYED"},{"rawPayload":1},{"exceptionType":"SCANNED"}]""");

        outcomes.Select(outcome => outcome.Result.Status is null).ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task A_tenant_member_of_a_bare_object_is_payload() =>
        (await Make.DecideOne("""{"exceptionType":"DELAYED","tenantId":"SOUTH"}""")).Exception!.TenantId.ShouldBe(new TenantId("NORTH"));

    [Fact]
    public async Task Payloads_over_a_mebibyte_or_64_levels_are_refused()
    {
        string large = $$"""{"exceptionType":"DELAYED","text":"{{new string('x', 1024 * 1024)}}"}""";
        string deep = "{\"exceptionType\":\"DELAYED\",\"x\":" + new string('[', 64) + new string(']', 64) + "}";
        string envelope = "{\"exceptionType\":\"DELAYED\",\"rawPayload\":{\"x\":" + new string('[', 63) + new string(']', 63) + "}}";

        (await Make.DecideOne(large)).Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-010");
        (await Make.DecideOne(deep)).Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-011");
        (await Make.DecideOne(envelope)).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("12.5", true)]
    [InlineData("1250000", true)]
    [InlineData("0.00001", false)]
    [InlineData("1e30", false)]
    [InlineData("\"12\"", false)]
    [InlineData("1e999", false)]
    public async Task An_amount_that_cannot_be_kept_as_money_is_flagged_and_stays_in_the_payload(string amount, bool kept)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","amount":{{amount}}}""");

        result.Exception!.NormalizedContext.TryGet("amount", out _).ShouldBe(kept);
        result.Exception.RawPayload.TryGet("amount", out _).ShouldBeTrue();
        result.Details<StageDetails.Intake>(Stage.Intake).ValidationResults.Any(flag => flag.Contains("/amount", StringComparison.Ordinal)).ShouldBe(!kept);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    public async Task A_number_that_is_not_finite_is_missing_to_rules_and_flagged_but_kept_as_written(string number)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "guardrails", """{"rules":[{"id":"heavy","condition":"rawPayload.weight > 5","decision":"BLOCK","reason":"It is heavy."}]}"""));
        string raw = $$"""{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"weight":{{number}},"a/b":[1,{{number}}]}""";

        ExceptionResult result = await Make.DecideOne(raw, policy);

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.PolicyOf().AppliedRules.ShouldHaveSingleItem().Reason.ShouldContain("'rawPayload.weight': the value is missing");
        result.Details<StageDetails.Intake>(Stage.Intake).ValidationResults.ShouldBe(
        [
            "/weight is a number too large for a double, so rules find nothing there.",
            "/a~1b/1 is a number too large for a double, so rules find nothing there.",
        ]);
        JsonText.ToText(Value.Of(result.Exception!.RawPayload)).ShouldBe(raw);
    }

    [Theory]
    [InlineData("\"9,000,000\"")]
    [InlineData("null")]
    [InlineData("true")]
    public async Task A_mapped_amount_that_is_no_number_is_not_replaced_by_a_member_of_that_name(string gross)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", """[{"record":{"amount":"doc.gross"}}]"""));

        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","parcel":"P","hoursLate":1,"gross":{{gross}},"amount":5}""", policy);

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.PolicyOf().AppliedRules.ShouldContain(rule => rule.Reason.Contains("amount", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sources_severity_is_kept_and_decides_nothing()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"SCANNED","severity":"CRITICAL"}""");

        result.Exception!.NormalizedContext["reportedSeverity"].AsString().ShouldBe("CRITICAL");
        result.Exception.Severity.ShouldBe(Severity.Low);
    }

    [Fact]
    public async Task A_mapping_makes_one_record_per_item_with_its_own_bytes()
    {
        const string body = """{"sender":"hub-7","events":[{"kind":"DELAYED", "id":"a", "hours":2},{"kind":"SCANNED","id":"b","hours":0}]}""";

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes.Count.ShouldBe(2);
        ExceptionRecord first = outcomes[0].Result.Exception!;
        first.ExceptionType.ShouldBe(new ExceptionTypeName("DELAYED"));
        first.SourceSystem.ShouldBe("hub-7");
        first.NormalizedContext["hoursLate"].AsInt().ShouldBe(2);
        first.NormalizedContext["externalId"].AsString().ShouldBe("a");
        Encoding.UTF8.GetString(first.RawBytes.Span).ShouldBe("""{"kind":"DELAYED", "id":"a", "hours":2}""");
    }

    [Fact]
    public async Task A_mapping_that_fails_refuses_its_record_and_names_itself()
    {
        List<PassOutcome> outcomes = await Make.Decide("""{"sender":"hub-7","events":[{"kind":"DELAYED","id":"a","hours":"x"},{"kind":"SCANNED","id":"b","hours":1}]}""", Mapping());

        outcomes[0].Result.Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-007");
        outcomes[0].Result.Errors[0].Subject.ShouldNotBeNull().ShouldContain("hoursLate");
        outcomes[1].Result.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""[{"record":{"exceptionType":"doc.exceptionType","odd":"{doc.k1: 1, doc.k2: 2}"}}]""")]
    [InlineData("""[{"each":"[{'exceptionType':'DELAYED','k':{doc.k1: 1, doc.k2: 2}}]"}]""")]
    public async Task A_map_that_JSON_cannot_hold_refuses_its_own_item_only(string intake)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", intake));

        List<PassOutcome> outcomes = await Make.Decide("""[{"exceptionType":"DELAYED","k1":1,"k2":2},{"exceptionType":"DELAYED","k1":1,"k2":"1"},{"exceptionType":"DELAYED","k1":3,"k2":4}]""", policy);

        outcomes.Select(outcome => outcome.Result.Status is null).ShouldBe([false, true, false]);
        outcomes[1].Result.Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-007");
    }

    [Fact]
    public async Task A_mapping_that_makes_rows_says_which_part_of_the_document_each_was_made_from()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", """
            [{"each": "doc.groups.map(g, g.events.map(e, {'kind': g.kind, 'event': e})).flatten()",
              "record": {"exceptionType": "item.kind", "rawPayload": "item.event", "parcel": "item.event.parcel"}}]
            """));

        List<PassOutcome> outcomes = await Make.Decide("""{"groups":[{"kind":"DELAYED","events":[{ "parcel":"P1",  "n":1.50 },{"parcel":"P2"}]}]}""", policy);

        outcomes.Select(outcome => Encoding.UTF8.GetString(outcome.Result.Exception!.RawBytes.Span)).ShouldBe(["""{ "parcel":"P1",  "n":1.50 }""", """{"parcel":"P2"}"""]);
        outcomes[0].Result.Exception!.RawPayload.TryGet("event", out _).ShouldBeFalse();
        outcomes[0].Result.Exception!.NormalizedContext["parcel"].AsString().ShouldBe("P1");
    }

    [Theory]
    [InlineData("{'made': 1}", "INTAKE-001")]
    [InlineData("item.kind", "INTAKE-001")]
    [InlineData("item.nothing", null)]
    public async Task Only_an_object_of_the_document_can_be_its_payload(string payload, string? code)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", $$"""[{"each": "doc.events", "record": {"exceptionType": "item.kind", "rawPayload": "{{payload}}"} }]"""));

        ExceptionResult result = await Make.DecideOne("""{"events":[{"kind":"DELAYED"}]}""", policy);

        result.Errors.FirstOrDefault()?.Code.ShouldBe(code);
        (result.Status is null).ShouldBe(code is not null);
    }

    [Fact]
    public async Task A_close_under_the_id_of_what_it_closes_is_no_repeat()
    {
        const string body = """{"sender":"hub-7","events":[{"kind":"DELAYED","id":"a","hours":1,"problem":"P","state":"open"},{"kind":"DELAYED","id":"a","hours":1,"problem":"P","state":"close"}]}""";

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes[1].Result.Status.ShouldBe(ResolutionStatus.Resolved);
    }

    [Theory]
    [InlineData("""{"sender":"hub-7","events":[]}""")]
    [InlineData("""{"sender":"hub-7","events":"none"}""")]
    public async Task A_document_without_items_says_so(string body) =>
        (await Make.DecideOne(body, Mapping())).Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-009");

    [Fact]
    public async Task A_repeated_delivery_makes_nothing_and_answers_with_the_first()
    {
        const string body = """{"sender":"hub-7","events":[{"kind":"DELAYED","id":"a","hours":2},{"kind":"DELAYED","id":"a","hours":2},{"kind":"DELAYED","id":"c","hours":2}]}""";

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes.Select(outcome => outcome.Result.IsRepeat).ShouldBe([false, true, false]);
        outcomes[1].Result.ExceptionId.ShouldBe(outcomes[0].Result.ExceptionId);
        outcomes[1].Result.Status.ShouldBe(outcomes[0].Result.Status);
        outcomes[1].Case.ShouldBeNull();
    }

    [Fact]
    public async Task An_exceptionId_of_another_delivery_is_refused_and_of_the_same_payload_repeated()
    {
        const string first = """{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"a":1}}""";
        string other = first.Replace("11-01", "11-02", StringComparison.Ordinal).Replace("\"a\":1", "\"a\":2", StringComparison.Ordinal);
        string same = first.Replace("11-01", "11-02", StringComparison.Ordinal);

        List<PassOutcome> outcomes = await Make.Decide($"[{first},{other},{same}]");

        outcomes[1].Result.Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-008");
        outcomes[1].Result.Errors[0].Subject.ShouldBe("/exceptionId");
        outcomes[2].Result.IsRepeat.ShouldBeTrue();
    }

    [Fact]
    public async Task A_problem_is_counted_while_it_is_open_closed_by_its_source_and_new_after_the_window()
    {
        static string Event(string id, string state, string time) => $$"""{"kind":"DELAYED","id":"{{id}}","hours":1,"problem":"P","state":"{{state}}","at":"{{time}}"}""";
        string body = $$"""
            {"sender":"hub-7","events":[
              {{Event("1", "open", "2026-11-01T10:00:00Z")}}, {{Event("2", "open", "2026-11-01T11:00:00Z")}}, {{Event("3", "close", "2026-11-01T12:00:00Z")}},
              {{Event("4", "open", "2026-11-01T13:00:00Z")}}, {{Event("5", "close", "2026-11-01T14:00:00Z")}}, {{Event("6", "open", "2026-11-05T10:00:00Z")}}]}
            """;

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes.Select(outcome => outcome.Result.IsRepeat).ShouldBe([false, true, true, true, true, false]);
        outcomes[2].Result.Status.ShouldBe(ResolutionStatus.Resolved);
        outcomes[5].Result.ExceptionId.ShouldNotBe(outcomes[0].Result.ExceptionId);
    }

    [Fact]
    public async Task Of_problems_that_arrive_together_the_earliest_leads()
    {
        static string Event(string id, string time) => $$"""{"kind":"DELAYED","id":"{{id}}","hours":1,"problem":"P","at":"{{time}}"}""";
        string body = $$"""{"sender":"hub-7","events":[{{Event("1", "2026-11-01T12:00:00Z")}}, {{Event("2", "2026-11-01T10:00:00Z")}}, {{Event("1", "2026-11-01T12:00:00Z")}}]}""";

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes.Select(outcome => outcome.Result.IsRepeat).ShouldBe([true, false, true]);
        outcomes.Select(outcome => outcome.Result.ExceptionId).Distinct().ShouldHaveSingleItem().ShouldNotBeNull();
        outcomes.Select(outcome => outcome.Result.Status).ShouldAllBe(status => status == outcomes[1].Result.Status);
    }

    [Fact]
    public async Task A_worse_delivery_of_an_open_problem_is_decided_again_under_its_id()
    {
        static string Event(string id, string severity, string time) => $$"""{"kind":"DELAYED","id":"{{id}}","hours":1,"problem":"P","level":"{{severity}}","at":"{{time}}"}""";
        string body = $$"""{"sender":"hub-7","events":[{{Event("1", "LOW", "2026-11-01T10:00:00Z")}}, {{Event("2", "LOW", "2026-11-01T11:00:00Z")}}, {{Event("3", "CRITICAL", "2026-11-01T12:00:00Z")}}]}""";

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        outcomes.Select(outcome => outcome.Result.IsRepeat).ShouldBe([false, true, false]);
        outcomes[2].Result.ExceptionId.ShouldBe(outcomes[0].Result.ExceptionId);
        outcomes[2].Result.Of(Reeve.Core.Decisions.Stage.Resolution).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("\"name\":\"a\",", "")]
    [InlineData("", "\"name\":\"b\",")]
    public async Task A_worse_delivery_takes_over_its_problems_id_and_who_gave_it(string first, string second)
    {
        string body = $$"""
            {"sender":"hub-7","events":[
              {{{first}}"kind":"DELAYED","id":"1","hours":1,"problem":"P","level":"LOW","at":"2026-11-01T10:00:00Z"},
              {{{second}}"kind":"DELAYED","id":"2","hours":1,"problem":"P","level":"CRITICAL","at":"2026-11-01T11:00:00Z"}]}
            """;

        List<PassOutcome> outcomes = await Make.Decide(body, Mapping());

        ExceptionResult worse = outcomes[1].Result;
        worse.ExceptionId.ShouldBe(outcomes[0].Result.ExceptionId);
        ((StageDetails.Intake)worse.Of(Stage.Intake)!.Details).IdGiven.ShouldBe(first.Length > 0);
        JsonText.Parse(DecisionDocument.Render(worse, "d", "p"), JsonLimits.Default).AsMap()["format"].AsInt().ShouldBe(DecisionDocument.Format);
    }

    [Fact]
    public async Task A_close_of_an_unknown_problem_is_resolved_and_acts_on_nothing()
    {
        ExceptionResult result = await Make.DecideOne("""{"sender":"hub-7","events":[{"kind":"DELAYED","id":"1","hours":1,"problem":"P","state":"close"}]}""", Mapping());

        result.Status.ShouldBe(ResolutionStatus.Resolved);
        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "feedback"]);
    }

    private static BoundPolicy Mapping() => Make.Bound(Make.With(Make.Domain, "intake", """
        [{"when": "has(doc.events)", "each": "doc.events",
          "record": {"exceptionId": "item.name", "exceptionType": "item.kind", "sourceSystem": "doc.sender", "timestamp": "item.at", "hoursLate": "item.hours + 0", "severity": "item.level"},
          "externalId": "item.id", "fingerprint": "item.problem", "state": "item.state == 'close' ? 'close' : 'open'"}]
        """));
}
