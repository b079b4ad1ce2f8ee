using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Engine.Recording;

/// <summary>One exception with its history. What was erased is shown as erased. Immutable.</summary>
public sealed record RecordedCase
{
    private readonly CaseResult result;

    internal RecordedCase(CaseResult result) => this.result = result;

    /// <summary>Its row. The record in it has the history and the payload's bytes, not the payload's values.</summary>
    public required ExceptionRow Row { get; init; }

    /// <summary>The payload of its latest pass, byte for byte as received; null once erased.</summary>
    public required ReadOnlyMemory<byte>? RawPayload { get; init; }

    /// <summary>What happened to it, oldest first, over all its passes.</summary>
    public required IReadOnlyList<AuditEntry> AuditTrail { get; init; }

    /// <summary>Every stage that was decided or failed, oldest first, over all its passes.</summary>
    public required IReadOnlyList<TracedStage> Trace { get; init; }

    /// <summary>Writes the record as it stands (EX-MODEL-6), with its payload byte for byte and its history. An erased payload is null.</summary>
    public void WriteRecord(Utf8JsonWriter writer) => DecisionDocument.Write(writer, Row.Record);

    /// <summary>
    /// Writes the result of the latest pass as an item of a run result (EX-MODEL-9); a stage whose body was erased is
    /// <c>{"erased":true}</c>. White space of the payload is the source's, line breaks included: this is no line of JSON Lines.
    /// </summary>
    public void WriteResult(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("exceptionId", Row.Record.ExceptionId.Value);
        writer.WriteString("status", Wire.Name(Row.Record.ResolutionStatus));
        writer.WritePropertyName("exception");
        WriteRecord(writer);
        result.Write(writer);
        writer.WriteEndObject();
    }

    /// <summary>Writes the history as a list (EX-MODEL-6: auditTrail).</summary>
    public void WriteTrail(Utf8JsonWriter writer) => DecisionDocument.Write(writer, AuditTrail);
}

/// <summary>One stage of one pass, as the log has it. Immutable.</summary>
public sealed record TracedStage
{
    /// <summary>The pass.</summary>
    public required PassId Pass { get; init; }

    /// <summary>The run; null when it was in none.</summary>
    public required RunId? Run { get; init; }

    /// <summary>The stage.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The reading of the clock it was decided with.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it could not be decided.</summary>
    public required bool Failed { get; init; }

    /// <summary>The event's body: decision and evidence, or the failure (docs/decisions/0007); null once erased.</summary>
    public required ReadOnlyMemory<byte>? Body { get; init; }
}
