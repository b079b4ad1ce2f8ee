using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline;

/// <summary>What the events of a pass say: enough to decide again from them alone. Pure.</summary>
internal static class EventBodies
{
    /// <summary>The record as it arrived, and what Intake knew beside it.</summary>
    internal static byte[] Received(Arrival arrival) => Body(writer =>
    {
        writer.WritePropertyName("record");
        writer.WriteRawValue(DecisionDocument.Render(arrival.Record), skipInputValidation: true);
        writer.WriteStartObject("arrival");
        writer.WriteString("givenType", arrival.GivenType);
        writer.WriteBoolean("timestampGiven", arrival.TimestampGiven);
        writer.WriteBoolean("idGiven", arrival.IdGiven);
        writer.WriteString("externalId", arrival.ExternalId);
        writer.WriteString("fingerprint", arrival.Fingerprint);
        writer.WriteBoolean("closes", arrival.Closes);
        Strings(writer, "flags", arrival.Flags);
        writer.WriteEndObject();
    });

    /// <summary>The decision, and the evidence it had; the event's time is the stage's reading of the clock.</summary>
    internal static byte[] Completed(AgentDecision decision, IReadOnlyList<Evidence> evidence) => Body(writer =>
    {
        writer.WritePropertyName("decision");
        writer.WriteRawValue(DecisionDocument.Render(decision), skipInputValidation: true);
        writer.WriteStartArray("evidence");
        foreach (Evidence item in evidence)
        {
            Write(writer, item);
        }

        writer.WriteEndArray();
    });

    /// <summary>Why a stage could not be decided.</summary>
    internal static byte[] Failed(ReeveError error) => Body(writer =>
    {
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        writer.WriteString("pointer", error.Subject);
    });

    /// <summary>How the pass ended, what it was decided with, and the hash of its decision document.</summary>
    internal static byte[] Ended(ExceptionResult result, BoundPolicy policy, PipelineOptions options) => Body(writer =>
    {
        byte[] document = DecisionDocument.Render(result, policy.Domain.ContentHash, policy.Policy.ContentHash);
        writer.WriteString("resolutionStatus", Wire.Name(result.Status!.Value));
        writer.WriteNumber("format", DecisionDocument.Format);
        writer.WriteNumber("logicVersion", DecisionDocument.LogicVersion);
        writer.WriteString("domainPack", policy.Domain.ContentHash);
        writer.WriteString("tenantPolicy", policy.Policy.ContentHash);
        writer.WriteBoolean("supervised", options.Supervised);
        writer.WriteString("mode", Wire.Name(options.Mode));
        writer.WriteString("decisionDocument", Convert.ToHexStringLower(SHA256.HashData(document)));
    });

    private static void Write(Utf8JsonWriter writer, Evidence item)
    {
        writer.WriteStartObject();
        switch (item.Request)
        {
            case EvidenceRequest.SimilarCases similar:
                writer.WriteString("request", "similarCases");
                writer.WriteNumber("count", similar.Count);
                break;
        }

        switch (item.Answer)
        {
            case EvidenceAnswer.Unavailable unavailable:
                writer.WriteString("unavailable", unavailable.Reason);
                break;
            case EvidenceAnswer.Cases cases:
                writer.WriteStartArray("cases");
                foreach (SimilarCase found in cases.Found)
                {
                    writer.WriteStartObject();
                    writer.WriteString("exceptionId", found.ExceptionId.Value);
                    writer.WriteNumber("score", Math.Round(found.Score, 4));
                    writer.WriteString("resolution", found.Resolution);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                break;
        }

        writer.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter writer, string name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        foreach (string item in items)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    private static byte[] Body(Action<Utf8JsonWriter> members) => JsonText.Render(members, static (writer, write) =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    });
}
