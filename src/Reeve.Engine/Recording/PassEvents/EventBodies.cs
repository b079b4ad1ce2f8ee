using System.Text;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
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
    internal static byte[] Started(Run run) => JsonText.Render(run, static (writer, run) =>
    {
        writer.WriteStartObject();
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
        writer.WriteEndObject();
    });

    /// <summary>The record as it arrived, what Intake knew beside it, and what the pass is decided with.</summary>
    internal static byte[] Received(ExceptionCase current) => JsonText.Render(current, WriteReceived);

    /// <summary>What a stage decided, or why it failed, with the evidence it had; the event's time is the stage's reading of the clock.</summary>
    internal static byte[] Of(PassStep step) => JsonText.Render(step, WriteStage);

    /// <summary>What one commit records of a pass, to its end (docs/decisions/0016): its receipt where that is new, the stages that are, how it ended.</summary>
    /// <param name="decided">A pass that came to its end.</param>
    /// <param name="withReceipt">Whether its receipt is part of it.</param>
    /// <param name="steps">The stages.</param>
    internal static byte[] Together(ExceptionCase decided, bool withReceipt, IReadOnlyList<PassStep> steps) => JsonText.Render((decided, withReceipt, steps), static (writer, all) =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray(EventParts.Member);
        if (all.withReceipt)
        {
            WritePart(writer, EventType.ExceptionReceived, null, all.decided.Steps[0].At, all.decided, WriteReceived);
        }

        for (int i = 0; i < all.steps.Count; i++)
        {
            PassStep step = all.steps[i];
            WritePart(writer, step.Error is null ? EventType.StageCompleted : EventType.StageFailed, step.Stage, step.At, step, WriteStage);
        }

        WritePart(writer, EventType.PipelineCompleted, null, all.decided.Steps[^1].At, all.decided, WriteEnd);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>The stages as the header of their event lists them.</summary>
    internal static string Listed(IReadOnlyList<PassStep> steps)
    {
        StringBuilder text = new(80);
        for (int i = 0; i < steps.Count; i++)
        {
            if (i > 0)
            {
                text.Append(EventParts.Between);
            }

            text.Append(steps[i].Stage.Key());
            if (steps[i].Error is not null)
            {
                text.Append(EventParts.Failed);
            }
        }

        return text.ToString();
    }

    private static void WritePart<T>(Utf8JsonWriter writer, EventType type, Stage? stage, DateTimeOffset at, T state, Action<Utf8JsonWriter, T> body)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type.Name);
        writer.WriteNumber("version", 1);
        if (stage is { } known)
        {
            writer.WriteString("stage", known.Key());
        }

        writer.WriteString("at", TimeText.Timestamp(at));
        writer.WritePropertyName("body");
        body(writer, state);
        writer.WriteEndObject();
    }

    private static void WriteReceived(Utf8JsonWriter writer, ExceptionCase current)
    {
        Arrival arrival = current.Arrival;
        PassSettings settings = current.Settings;
        writer.WriteStartObject();
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
        writer.WriteEndObject();
    }

    private static void WriteStage(Utf8JsonWriter writer, PassStep step)
    {
        writer.WriteStartObject();
        if (step.Error is { } error)
        {
            writer.WriteString("code", error.Code);
            writer.WriteString("message", error.Message);
            writer.WriteString("pointer", error.Subject);
        }
        else
        {
            writer.WritePropertyName("decision");
            DecisionDocument.Write(writer, step.Decision!); // not null: it did not fail
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

        writer.WriteEndObject();
    }

    // How the pass ended, and the hash of its decision document.
    private static void WriteEnd(Utf8JsonWriter writer, ExceptionCase decided)
    {
        byte[] hash = DecisionDocument.Hash(decided.Decided(), decided.Settings.DomainPack, decided.Settings.TenantPolicy);
        writer.WriteStartObject();
        writer.WriteString("resolutionStatus", Wire.Name(decided.Record.ResolutionStatus));
        writer.WriteNumber("format", DecisionDocument.Format);
        writer.WriteString("decisionDocument", Convert.ToHexStringLower(hash));
        writer.WriteEndObject();
    }

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
}
