using System.Text;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Tests.Redaction;

/// <summary>Payloads and their copies are hidden; what was decided is not.</summary>
public sealed class PayloadMaskTests
{
    [Theory]
    [InlineData("""{"rawPayload":{"name":"Ada","list":[1,{"ok":true}],"none":null,"huge":1e999}}""", """{"rawPayload":{"name":"[MASKED]","list":["[MASKED]",{"ok":"[MASKED]"}],"none":null,"huge":"[MASKED]"}}""")]
    [InlineData("""[{"tool":"t","arguments":{"to":"Ada"},"rollback":{"tool":"r","arguments":{"to":"Ada"}}}]""", """[{"tool":"t","arguments":{"to":"[MASKED]"},"rollback":{"tool":"r","arguments":{"to":"[MASKED]"}}}]""")]
    [InlineData("""{"stepResults":[{"stepId":"a","output":{"x":"Ada"}}]}""", """{"stepResults":[{"stepId":"a","output":{"x":"[MASKED]"}}]}""")]
    [InlineData("""{"arrival":{"externalId":"E-1","fingerprint":"Ada"}}""", """{"arrival":{"externalId":"E-1","fingerprint":"[MASKED]"}}""")]
    [InlineData("""{"evidence":["It is Ada."],"exceptionId":"E-1"}""", """{"evidence":["It is Ada."],"exceptionId":"E-1"}""")]
    public void Copies_of_a_payload_are_masked_wherever_they_stand(string json, string masked) => Masked(json).ShouldBe(masked);

    [Fact]
    public void Of_the_context_ids_and_deadlines_are_shown_and_what_was_mapped_is_not()
    {
        const string Context = """{"normalizedContext":{"pipelineId":"p","normalizedAt":"n","domain":"d","externalId":"E-1","reportedSeverity":"HIGH","sla_deadline":"s","amount":12.5,"currency":"EUR","entity":"Ada","fingerprint":"Ada","tags":["Ada"],"own":{"domain":"Ada"}}}""";

        Masked(Context).ShouldBe("""{"normalizedContext":{"pipelineId":"p","normalizedAt":"n","domain":"d","externalId":"E-1","reportedSeverity":"HIGH","sla_deadline":"s","amount":"[MASKED]","currency":"[MASKED]","entity":"[MASKED]","fingerprint":"[MASKED]","tags":["[MASKED]"],"own":{"domain":"[MASKED]"}}}""");
    }

    [Fact]
    public void A_payload_cannot_uncover_itself_by_the_names_it_uses()
    {
        Masked("""{"rawPayload":{"normalizedContext":{"domain":"Ada"}}}""").ShouldNotContain("Ada");
        Masked("""{"normalizedContext":{"domain":{"name":"Ada"},"externalId":["Ada"],"normalizedContext":{"domain":"Ada"}}}""").ShouldNotContain("Ada");
    }

    private static string Masked(string json) => Encoding.UTF8.GetString(PayloadMask.Apply(Encoding.UTF8.GetBytes(json)));
}
