using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;

namespace Reeve.Engine.Recording.PassEvents;

/// <summary>What the events of runs and passes say: enough to decide again from them alone (docs/decisions/0007). Pure.</summary>
internal static class EventBodies
{
    /// <summary>What a run decides with. What is not known yet is null.</summary>
    internal static byte[] Started(Run run) => Body(writer =>
    {
        writer.WriteString("kind", Wire.Name(run.Kind));
        writer.WriteString("domain", run.Domain.Value);
        writer.WriteString("domainPack", run.DomainPack);
        writer.WriteString("tenantPolicy", run.TenantPolicy);
        writer.WriteString("asOf", run.AsOf is { } time ? TimeText.Timestamp(time) : null);
        writer.WriteNumber("logicVersion", run.LogicVersion);
        writer.WriteString("product", run.Product);
        writer.WriteNull("commitSha");
        writer.WriteNull("branch");
        writer.WriteNull("modelMapping");
        writer.WriteNull("runSpec");
        PrincipalJson.WriteActor(writer, run.StartedBy);
    });

    /// <summary>The record as it arrived, what Intake knew beside it, and what the pass is decided with.</summary>
    internal static byte[] Received(Arrival arrival, PassSettings settings) => Body(writer =>
    {
        writer.WritePropertyName("record");
        DecisionDocument.Write(writer, arrival.Record);
        writer.WriteStartObject("arrival");
        writer.WriteString("givenType", arrival.GivenType);
        writer.WriteBoolean("timestampGiven", arrival.TimestampGiven);
        writer.WriteBoolean("idGiven", arrival.IdGiven);
        writer.WriteString("givenId", arrival.GivenId?.Value);
        writer.WriteString("externalId", arrival.ExternalId);
        writer.WriteString("fingerprint", arrival.Fingerprint);
        writer.WriteBoolean("closes", arrival.Closes);
        writer.WriteStartArray("flags");
        foreach (string flag in arrival.Flags)
        {
            writer.WriteStringValue(flag);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("pass");
        writer.WriteString("domainPack", settings.DomainPack);
        writer.WriteString("tenantPolicy", settings.TenantPolicy);
        writer.WriteString("mode", Wire.Name(settings.Mode));
        writer.WriteBoolean("supervised", settings.Supervised);
        writer.WriteNumber("retriageLimit", settings.RetriageLimit);
        writer.WriteNumber("logicVersion", settings.LogicVersion);
        writer.WriteString("timeZoneData", settings.TimeZoneData);
        writer.WriteBoolean("hasMemory", settings.HasMemory);
        writer.WriteEndObject();
    });

    /// <summary>What a stage decided, or why it failed, with the evidence it had; the event's time is the stage's reading of the clock.</summary>
    internal static byte[] Of(PassStep step) => Body(writer =>
    {
        if (step.Error is { } error)
        {
            writer.WriteString("code", error.Code);
            writer.WriteString("message", error.Message);
            writer.WriteString("pointer", error.Subject);
        }
        else
        {
            writer.WritePropertyName("decision");
            writer.WriteRawValue(DecisionDocument.Render(step.Decision!), skipInputValidation: true); // not null: it did not fail
        }

        writer.WriteStartArray("evidence");
        foreach (Evidence item in step.Evidence)
        {
            Write(writer, item);
        }

        writer.WriteEndArray();
        if (step.PlanErrors.Count > 0)
        {
            writer.WriteStartArray("errors");
            foreach (ReeveError planError in step.PlanErrors)
            {
                ExceptionResult.Write(writer, planError);
            }

            writer.WriteEndArray();
        }
    });

    /// <summary>How the pass ended, and the hash of its decision document.</summary>
    internal static byte[] Ended(ExceptionCase decided) => Body(writer =>
    {
        byte[] document = DecisionDocument.Render(decided.Result(), decided.Settings.DomainPack, decided.Settings.TenantPolicy);
        writer.WriteString("resolutionStatus", Wire.Name(decided.Record.ResolutionStatus));
        writer.WriteNumber("format", DecisionDocument.Format);
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
                    writer.WriteString("exceptionKey", found.Key.Value);
                    writer.WriteNumber("score", found.Score);
                    writer.WriteString("resolution", found.Resolution);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                break;
        }

        writer.WriteEndObject();
    }

    private static byte[] Body(Action<Utf8JsonWriter> members) => JsonText.Render(members, static (writer, write) =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    });
}
