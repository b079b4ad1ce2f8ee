using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Tests.Events;

public sealed class EventPartsTests
{
    private const string Whole = """
        {"parts":[{"type":"ExceptionReceived","version":1,"at":"2026-11-20T09:00:00.000001Z","body":{"record":{"rawPayload": {"a" : [1.0,"\u00e4"]}}}},{"type":"StageFailed","version":1,"stage":"triage","at":"2026-11-20T09:00:00.000002Z","later":{"x":[]},"body":{"code":"X"}},{"type":"PipelineCompleted","version":1,"at":"2026-11-20T09:00:00.000002Z","body":{}}]}
        """;

    [Fact]
    public void Each_part_is_read_as_the_event_it_would_have_been()
    {
        LoggedEvent whole = Event(EventType.ExceptionDecided, 1, Whole);

        IReadOnlyList<LoggedEvent> parts = EventParts.Of(whole);

        parts.Select(part => (part.Type.Name, part.Version, part.Stage, part.ActorId, part.Part)).ShouldBe(
        [
            ("ExceptionReceived", 1, null, "agent:IntakeAgent", 0), ("StageFailed", 1, "triage", "agent:TriageAgent", 1), ("PipelineCompleted", 1, null, "agent:FeedbackAgent", 2),
        ]);
        parts.Select(part => part.OccurredAt.Microsecond).ShouldBe([1, 2, 2]);
        Encoding.UTF8.GetString(parts[0].Body!.Value.Span).ShouldBe("""{"record":{"rawPayload": {"a" : [1.0,"\u00e4"]}}}""");
        parts.ShouldAllBe(part => part.EventId == whole.EventId && part.Position == whole.Position && part.RunId == whole.RunId);
    }

    [Theory]
    [InlineData("StageCompleted", 1)]
    [InlineData("PipelineCompleted", 1)]
    [InlineData("BodiesErased", 7)]
    public void An_event_without_parts_is_its_own(string type, int version)
    {
        LoggedEvent alone = Event(new EventType(type), version, "{}");

        EventParts.Of(alone).ShouldHaveSingleItem().ShouldBeSameAs(alone);
    }

    [Fact]
    public void Of_an_erased_event_the_stages_are_known()
    {
        LoggedEvent erased = Event(EventType.PipelineCompleted, 2, "") with { Body = null, Stage = "intake,triage!,feedback" };

        EventParts.Of(erased).Select(part => (part.Type.Name, part.Stage, part.Body)).ShouldBe(
            [("StageCompleted", "intake", null), ("StageFailed", "triage", null), ("StageCompleted", "feedback", null)]);
    }

    [Theory]
    [InlineData("ExceptionDecided", 2)]
    [InlineData("PipelineCompleted", 3)]
    public void What_a_later_release_wrote_is_refused_as_such(string type, int version) =>
        Should.Throw<ReeveException>(() => EventParts.Of(Event(new EventType(type), version, Whole))).Error.Code.ShouldBe("STORE-014");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"parts":[]}""")]
    [InlineData("""{"parts":{}}""")]
    [InlineData("""{"parts":[1]}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"at":"2026-11-20T09:00:00Z"}]}""")]
    [InlineData("""{"parts":[{"type":"X","version":"1","at":"2026-11-20T09:00:00Z","body":{}}]}""")]
    [InlineData("""{"parts":[{"type":1,"version":1,"at":"2026-11-20T09:00:00Z","body":{}}]}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"at":"yesterday","body":{}}]}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"stage":"trial","at":"2026-11-20T09:00:00Z","body":{}}]}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"at":"2026-11-20T09:00:00Z","body":{}}],"more":1}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"at":"2026-11-20T09:00:00Z","body":{}}""")]
    [InlineData("""{"parts":[{"type":"X","version":1,"at":"2026-11-20T09:00:00Z","body":{}}]}{}""")]
    public void A_body_that_Reeve_did_not_write_is_named(string body) =>
        Should.Throw<ReeveException>(() => EventParts.Of(Event(EventType.ExceptionDecided, 1, body))).Error.ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe("STORE-008"), error => error.Subject.ShouldBe("1.2.3"));

    private static LoggedEvent Event(EventType type, int version, string body) => new()
    {
        TenantId = new TenantId("NORTH"), Position = new EventPosition(1, 2, 3), EventId = Guid.CreateVersion7(), RecordedAt = DateTimeOffset.UnixEpoch, Type = type, Version = version,
        OccurredAt = DateTimeOffset.UnixEpoch, RunId = new RunId(Guid.CreateVersion7()), ActorKind = "SERVICE", ActorId = "system:pipeline", Commitment = default, Hash = default,
        Body = Encoding.UTF8.GetBytes(body),
    };
}
