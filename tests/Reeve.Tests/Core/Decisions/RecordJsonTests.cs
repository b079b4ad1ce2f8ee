using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Tests.Decisions;

/// <summary>What a row keeps of a record comes back as it was.</summary>
public sealed class RecordJsonTests
{
    private static readonly string[] Texts = ["", "a", "ä 🜁", "\"\\/\u0001\u2028", "null", new string('x', 300)];

    [Fact]
    public void A_record_comes_back_as_it_was_whatever_it_holds()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int i = 0; i < 2000; i++)
        {
            ExceptionRecord record = Any(random);

            ExceptionRecord back = RecordJson.Read(RecordJson.Render(record));

            string because = $"seed {seed}, record {i}";
            (back with
            {
                NormalizedContext = record.NormalizedContext, DetectedRules = record.DetectedRules, SuggestedActions = record.SuggestedActions, AuditTrail = record.AuditTrail,
                RawPayload = record.RawPayload, RawBytes = record.RawBytes,
            }).ShouldBe(record, because);
            back.DetectedRules.ShouldBe(record.DetectedRules);
            back.SuggestedActions.ShouldBe(record.SuggestedActions);
            JsonText.ToText(Value.Of(back.NormalizedContext)).ShouldBe(JsonText.ToText(Value.Of(record.NormalizedContext)), because);
            back.RawPayload.Count.ShouldBe(0);
            back.AuditTrail.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"exceptionId":"a","tenantId":"b","sourceSystem":"c","timestamp":"never"}""")]
    public void What_is_no_record_is_refused(string text) => Should.Throw<FormatException>(() => RecordJson.Read(Encoding.UTF8.GetBytes(text)));

    private static ExceptionRecord Any(Random random) => new()
    {
        ExceptionId = new ExceptionId(Text(random)),
        TenantId = new TenantId(Text(random)),
        SourceSystem = Text(random),
        ExceptionType = random.Next(2) == 0 ? null : new ExceptionTypeName(Text(random)),
        Severity = random.Next(5) is < 4 and int severity ? (Severity)severity : null,
        Timestamp = TimeText.ToMicroseconds(DateTimeOffset.MinValue.AddTicks(random.NextInt64(DateTimeOffset.MaxValue.Ticks))),
        RawPayload = ObjectMap.Of(("left", Value.Of("out"))),
        RawBytes = Encoding.UTF8.GetBytes("""{"left":"out"}"""),
        NormalizedContext = ObjectMap.Of([.. Enumerable.Range(0, random.Next(4)).Select(n => ($"k{n}", AnyValue(random, 0)))]),
        DetectedRules = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text(random))],
        SuggestedActions = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text(random))],
        ResolutionStatus = (ResolutionStatus)random.Next(5),
        AuditTrail = [new AuditEntry("left", DateTimeOffset.UnixEpoch, "out")],
        CurrentPlaybookId = random.Next(2) == 0 ? null : new PlaybookId(Text(random)),
        CurrentStep = random.Next(2) == 0 ? null : random.Next(),
        Owner = random.Next(2) == 0 ? null : Text(random),
    };

    private static Value AnyValue(Random random, int depth) => random.Next(depth > 3 ? 7 : 9) switch
    {
        0 => Value.Null,
        1 => Value.Of(random.Next(2) == 0),
        2 => Value.Of(random.NextInt64(long.MinValue, long.MaxValue)),
        3 => Value.Of(random.NextDouble() * 1e30),
        4 => Value.Of(1.1, "1.10"),
        5 => Value.Unusable("1e999"),
        6 => Value.Of(Text(random)),
        7 => Value.Of(new ListValue([.. Enumerable.Range(0, random.Next(3)).Select(_ => AnyValue(random, depth + 1))])),
        _ => Value.Of(ObjectMap.Of(("m", AnyValue(random, depth + 1)))),
    };

    private static string Text(Random random) => Texts[random.Next(Texts.Length)];
}
