using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

public sealed class MappingTests
{
    [Theory]
    [InlineData("rawPayload.trade.amount", "12.5")]
    [InlineData("rawPayload.missing.deeper", "null")]
    [InlineData("rawPayload.list[5].x", "null")]
    [InlineData("nothing", "null")]
    [InlineData("rawPayload.trade.count * 1.5", "3.0")]
    [InlineData("rawPayload.trade.count + 3u", "5")]
    [InlineData("rawPayload.missing == null ? 'none' : 'some'", "\"none\"")]
    [InlineData("{'ref': rawPayload.trade.id, 'parts': rawPayload.list.map(x, x * 2)}", """{"ref":"T-1","parts":[2,4]}""")]
    [InlineData("doc.a", "null")]
    [InlineData("rawPayload.missing in ['a']", "false")]
    [InlineData("rawPayload.missing in ['a', null]", "true")]
    public void A_mapping_reads_missing_paths_as_null_and_mixes_numbers(string text, string json) =>
        Cel.Map(text, """{ "rawPayload": { "trade": { "id": "T-1", "amount": 12.5, "count": 2 }, "list": [1, 2] } }""").ToString().ShouldBe(json);

    [Theory]
    [InlineData("rawPayload.id + 1")]
    [InlineData("int('x')")]
    [InlineData("rawPayload.missing > 1")]
    [InlineData("1 / 0")]
    [InlineData("rawPayload.missing && true")]
    [InlineData("timestamp('yesterday')")]
    public void Any_other_error_stays_one(string text) => Cel.Map(text, """{ "rawPayload": { "id": "x" } }""").ShouldBeError();

    [Theory]
    [InlineData("9223372036854775807 + 1u", ValueKind.Uint)]
    [InlineData("1 - 2u", ValueKind.Int)]
    [InlineData("18446744073709551615u + 1", ValueKind.Error)]
    [InlineData("7u % 0", ValueKind.Error)]
    [InlineData("7 / 2u", ValueKind.Int)]
    [InlineData("1 + 0.5", ValueKind.Double)]
    public void Mixed_whole_numbers_stay_exact_or_overflow(string text, ValueKind kind) => Cel.Map(text).Kind.ShouldBe(kind);
}
