using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>
/// The canonical JSON of everything that was decided about one exception: what two runs of the same input under the same
/// packs must have in common, byte for byte. It holds no generated id, clock reading, duration or node.
/// </summary>
public static class DecisionDocument
{
    /// <summary>The version of this rendering; it grows when the same decision is written in another way.</summary>
    public const int Format = 1;

    /// <summary>
    /// The version of the decision logic that runs record and replays use. It grows with every change that can alter a decision.
    /// </summary>
    public const int LogicVersion = 1;

    /// <summary>The document as UTF-8.</summary>
    /// <param name="result">What became of the exception.</param>
    /// <param name="domainHash">The content hash of the domain pack.</param>
    /// <param name="policyHash">The content hash of the tenant policy.</param>
    public static byte[] Render(ExceptionResult result, string domainHash, string policyHash) =>
        JsonText.Render((result, domainHash, policyHash), Write, static (text, state) => WithoutGenerated(text, state.result).ToArray());

    /// <summary>Its SHA-256, for whoever needs no more of it.</summary>
    /// <inheritdoc cref="Render(ExceptionResult, string, string)"/>
    public static byte[] Hash(ExceptionResult result, string domainHash, string policyHash) =>
        JsonText.Render((result, domainHash, policyHash), Write, static (text, state) => SHA256.HashData(WithoutGenerated(text, state.result)));

    /// <summary>
    /// Writes one decision as events keep it: as a run result has it (EX-MODEL-7), with the ids and times it was made with, but
    /// Intake's record without its <c>rawPayload</c>, which is in the event that received it.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, AgentDecision decision) =>
        new DecisionJson(writer, canonical: false, PayloadForm.LeftOut).Decision(decision);

    /// <summary>The same as UTF-8.</summary>
    public static byte[] Render(AgentDecision decision) => JsonText.Render(decision, Write);

    /// <summary>Writes one record with all its members (EX-MODEL-6), its payload byte for byte as received; null when that is empty.</summary>
    public static void Write(Utf8JsonWriter writer, ExceptionRecord record) =>
        new DecisionJson(writer, canonical: false, PayloadForm.Verbatim).Record(record);

    /// <summary>Writes the history of a record as a list (EX-MODEL-6).</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<AuditEntry> trail) => new DecisionJson(writer, canonical: false).Trail(trail);

    private static void Write(Utf8JsonWriter writer, (ExceptionResult Result, string DomainHash, string PolicyHash) state) =>
        new DecisionJson(writer, canonical: true).Document(state.Result, state.DomainHash, state.PolicyHash);

    // Playbooks pass ids and times on as arguments. Where Reeve made them up, another run makes others: a word stands for them.
    private static ReadOnlySpan<byte> WithoutGenerated(ReadOnlySpan<byte> document, ExceptionResult result)
    {
        if (result.Of(Stage.Intake)?.Details is not StageDetails.Intake intake)
        {
            return document;
        }

        ExceptionRecord record = intake.NormalizedException;
        if (!intake.IdGiven)
        {
            document = Replace(document, record.ExceptionId.Value, "{exceptionId}");
        }
        else if (intake.GivenId is { } given)
        {
            // The first run of this input could keep the id; the document of every other says the same.
            document = Replace(document, record.ExceptionId.Value, JsonText.ToText(Value.Of(given.Value))[1..^1]);
        }

        document = Replace(document, record.NormalizedContext["pipelineId"].StringOrNull(), "{pipelineId}");
        document = Replace(document, record.NormalizedContext["normalizedAt"].StringOrNull(), "{arrival}");
        return intake.TimestampGiven ? document : Replace(document, TimeText.Timestamp(record.Timestamp), "{arrival}");
    }

    // In the bytes: text is UTF-8 here, in which no character's bytes are found in the middle of others.
    private static ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> document, string? generated, string word)
    {
        if (string.IsNullOrEmpty(generated))
        {
            return document;
        }

        byte[] sought = Encoding.UTF8.GetBytes(generated);
        int at = document.IndexOf(sought);
        if (at < 0)
        {
            return document;
        }

        byte[] instead = Encoding.UTF8.GetBytes(word);
        ArrayBufferWriter<byte> replaced = new(document.Length + 64);
        ReadOnlySpan<byte> rest = document;
        for (; at >= 0; at = rest.IndexOf(sought))
        {
            replaced.Write(rest[..at]);
            replaced.Write(instead);
            rest = rest[(at + sought.Length)..];
        }

        replaced.Write(rest);
        return replaced.WrittenSpan;
    }
}
