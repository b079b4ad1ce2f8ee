using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Pipeline;

namespace Reeve.Tests.Intake;

/// <summary>What a source may say beside its payload, and what it may not.</summary>
public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("\"resolutionStatus\":\"LOST\"", "INTAKE-003", "/resolutionStatus")]
    [InlineData("\"auditTrail\":\"none\"", "INTAKE-003", "/auditTrail")]
    [InlineData("\"currentStep\":\"1\"", "INTAKE-003", "/currentStep")]
    [InlineData("\"detectedRules\":[1]", "INTAKE-003", "/detectedRules")]
    [InlineData("\"suggestedActions\":[\"\"]", "INTAKE-003", "/suggestedActions")]
    [InlineData("\"sourceSystem\":\"\"", "INTAKE-003", "/sourceSystem")]
    public async Task A_member_of_another_form_is_refused_with_its_place(string member, string code, string pointer)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"rawPayload":{},{{member}}}""");

        result.Errors.ShouldHaveSingleItem().Code.ShouldBe(code);
        result.Errors[0].Subject.ShouldBe(pointer);
    }

    [Theory]
    [InlineData("exceptionId", 256, null)]
    [InlineData("exceptionId", 257, "INTAKE-006")]
    [InlineData("sourceSystem", 256, null)]
    [InlineData("sourceSystem", 257, "INTAKE-003")]
    public async Task Names_may_have_256_characters(string member, int length, string? code)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"rawPayload":{},"exceptionType":"DELAYED","{{member}}":"{{new string('x', length)}}"}""");

        result.Errors.Select(error => error.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Theory]
    [InlineData("\"resolutionStatus\":\"RESOLVED\"", "/resolutionStatus")]
    [InlineData("\"auditTrail\":[{\"action\":\"x\"}]", "/auditTrail")]
    [InlineData("\"currentPlaybookId\":\"hurry\"", "/currentPlaybookId")]
    [InlineData("\"currentStep\":3", "/currentStep")]
    public async Task What_a_source_cannot_decide_is_flagged_and_left_aside(string member, string pointer)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"rawPayload":{"colour":"red"},{{member}}}""");

        result.Details<StageDetails.Intake>(Stage.Intake).ValidationResults.ShouldContain(flag => flag.StartsWith(pointer, StringComparison.Ordinal));
        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Exception!.CurrentPlaybookId.ShouldBeNull();
        result.Exception.AuditTrail.ShouldAllBe(entry => entry.Action != "x");
    }

    [Fact]
    public async Task Rules_that_the_source_detected_are_kept_before_those_of_the_pack()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","detectedRules":["theirs"],"rawPayload":{"hoursLate":2,"amount":1}}""");

        result.Exception!.DetectedRules.ShouldBe(["theirs", "late"]);
    }

    [Fact]
    public async Task A_context_that_came_with_the_envelope_stands_behind_what_Reeve_found_itself()
    {
        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"DELAYED","normalizedContext":{"amount":5,"domain":"Other","note":"x"},"rawPayload":{"parcel":"P1","hoursLate":2,"amount":2000000}}""");

        result.Exception!.NormalizedContext["amount"].AsInt().ShouldBe(2_000_000);
        result.Exception.NormalizedContext["domain"].AsString().ShouldBe("Parcels");
        result.Exception.NormalizedContext["note"].AsString().ShouldBe("x");
        result.PolicyOf().ViolatedRules.ShouldBe([new RuleId("dear")]);
    }

    [Fact]
    public async Task The_context_goes_before_the_payload_where_conditions_look()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","normalizedContext":{"hoursLate":100},"rawPayload":{"hoursLate":2,"amount":1}}""");

        result.TriageOf().Severity.ShouldBe(Severity.High);
    }

    [Theory]
    [InlineData("12.3456", true)]
    [InlineData("12.34567", false)]
    [InlineData("-922337203685477.5807", true)]
    [InlineData("-922337203685477.5808", false)]
    public async Task An_amount_has_four_decimals_and_a_limit_on_both_sides(string amount, bool kept)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","amount":{{amount}}}""");

        result.Exception!.NormalizedContext.TryGet("amount", out _).ShouldBe(kept);
    }

    [Theory]
    [InlineData("eur", "EUR")]
    [InlineData("EU1", null)]
    [InlineData("EURO", null)]
    public async Task A_currency_is_three_letters_in_capitals(string given, string? expected)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","currency":"{{given}}"}""");

        result.Exception!.NormalizedContext["currency"].StringOrNull().ShouldBe(expected);
        result.Details<StageDetails.Intake>(Stage.Intake).ValidationResults.Any(flag => flag.Contains("/currency", StringComparison.Ordinal)).ShouldBe(expected is null);
    }

    [Theory]
    [InlineData("2026-11-01T10:00+02:00")]
    [InlineData("2026-11-01T08:00Z")]
    [InlineData("2026-11-01 08:00:00Z")]
    [InlineData("2026-11-01T08:00:00z")]
    public async Task A_time_may_leave_out_the_seconds_and_never_the_offset(string time)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","timestamp":"{{time}}"}""");

        result.Exception!.Timestamp.ShouldBe(new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero));
        result.Details<StageDetails.Intake>(Stage.Intake).TimestampGiven.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_time_of_its_own_the_arrival_counts_and_it_is_said()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED"}""");

        result.Details<StageDetails.Intake>(Stage.Intake).TimestampGiven.ShouldBeFalse();
        result.Details<StageDetails.Intake>(Stage.Intake).IdGiven.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_payload_may_have_a_mebibyte_exactly(int more, bool accepted)
    {
        const string frame = """{"exceptionType":"DELAYED","text":""}""";
        string payload = frame.Insert(frame.Length - 2, new string('x', (1024 * 1024) - frame.Length + more));

        (await Make.DecideOne(payload)).Errors.Count.ShouldBe(accepted ? 0 : 1);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task The_envelopes_id_names_one_exception_and_not_several(int count, bool keeps)
    {
        string items = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"kind":"DELAYED","n":{{i}}}"""));
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", """[{"each":"doc.events","record":{"exceptionType":"item.kind"}}]"""));

        List<PassOutcome> outcomes = await Make.Decide($$"""{"exceptionId":"E1","resolutionStatus":"OPEN","rawPayload":{"events":[{{items}}]} }""", policy);

        outcomes.Count.ShouldBe(count);
        outcomes.ShouldAllBe(outcome => (outcome.Result.ExceptionId!.Value.Value == "E1") == keeps && !outcome.Result.IsRepeat);
        outcomes.ShouldAllBe(outcome => outcome.Result.Details<StageDetails.Intake>(Stage.Intake).ValidationResults.Any(flag => flag.StartsWith("/resolutionStatus", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_first_mapping_whose_condition_holds_is_used()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", """[{"when":"has(doc.other)","record":{"hoursLate":"1"}},{"when":"has(doc.parcel)","record":{"hoursLate":"2"}},{"record":{"hoursLate":"3"}}]"""));

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P1"}""", policy);

        result.Exception!.NormalizedContext["hoursLate"].AsInt().ShouldBe(2);
    }

    [Fact]
    public async Task A_state_other_than_open_and_close_refuses_the_item()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", """[{"record":{},"state":"doc.state"}]"""));

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","state":"maybe"}""", policy);

        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-007");
        result.Errors[0].Subject.ShouldBe("/intake/0/state");
    }
}
