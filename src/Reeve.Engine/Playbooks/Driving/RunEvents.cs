using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>What the log says about runs of playbooks (docs/decisions/0020). Pure.</summary>
public static class RunEvents
{
    /// <summary>How many bytes of an output are kept.</summary>
    public const int LongestOutput = 64 * 1024;

    /// <summary>A pass decided on a playbook whose plan runs, or waits for an approval.</summary>
    /// <param name="run">Its row.</param>
    /// <param name="rowVersion">The version of the exception's row that the commit leaves.</param>
    /// <param name="reason">Why this playbook.</param>
    /// <param name="steps">How many steps its plan has.</param>
    /// <param name="standing">What the exception stands at.</param>
    public static EventDraft Assigned(PlaybookRun run, long rowVersion, string reason, int steps, Standing standing) =>
        Draft(EventType.PlaybookAssigned, run, rowVersion, Principal.Of(Stage.Resolution), JsonText.Render((run, reason, steps, standing), static (writer, it) =>
        {
            writer.WriteStartObject();
            WritePlaybook(writer, it.run);
            writer.WriteString("reason", it.reason);
            writer.WriteNumber("steps", it.steps);
            writer.WriteString("state", Wire.Name(it.run.State));
            writer.WriteStartObject("standing");
            writer.WriteString("verdict", Wire.Name(it.standing.Verdict));
            writer.WriteString("because", it.standing.Because);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));

    /// <summary>Somebody drives it.</summary>
    public static EventDraft Started(PlaybookRun run, long rowVersion, Principal actor) =>
        Draft(EventType.PlaybookStarted, run, rowVersion, actor, JsonText.Render(run, static (writer, run) =>
        {
            writer.WriteStartObject();
            WritePlaybook(writer, run);
            writer.WriteNumber("attempt", run.Attempts);
            writer.WriteEndObject();
        }));

    /// <summary>Something became of a part.</summary>
    public static EventDraft Part(PlaybookRun run, long rowVersion, Principal actor, PartReport report) =>
        Draft(report.Part.Status is PartStatus.Skipped or PartStatus.Left ? EventType.PlaybookStepSkipped : EventType.PlaybookStepCompleted, run, rowVersion, actor, JsonText.Render((actor, report), Write));

    /// <summary>It has ended.</summary>
    /// <param name="run">Its row.</param>
    /// <param name="rowVersion">The version of the exception's row that the commit leaves.</param>
    /// <param name="actor">Who found out.</param>
    /// <param name="end">How.</param>
    public static EventDraft Completed(PlaybookRun run, long rowVersion, Principal actor, RunEnd end) =>
        Draft(EventType.PlaybookCompleted, run, rowVersion, actor, JsonText.Render((run, end), static (writer, it) =>
        {
            writer.WriteStartObject();
            WritePlaybook(writer, it.run);
            writer.WriteString("status", Wire.Name(it.end.Status));
            writer.WriteString("reason", it.end.Reason);
            writer.WriteString("code", it.end.Code);
            writer.WriteStartArray("notUndone");
            foreach (StepId step in it.end.NotUndone)
            {
                writer.WriteStringValue(step.Value);
            }

            writer.WriteEndArray();
            writer.WritePropertyName("feedback");
            if (it.end.Feedback is { } feedback)
            {
                DecisionDocument.Write(writer, feedback);
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteBoolean("resolvedAutomatically", it.end.ResolvedAutomatically);
            writer.WriteEndObject();
        }));

    /// <summary>What the record keeps of an output, and whether that is all of it.</summary>
    public static (Value Kept, bool IsExact) Kept(Value output)
    {
        Value redacted = Redactor.Redact(output);
        return JsonText.ToUtf8(redacted).Length > LongestOutput ? (Value.Null, false) : (redacted, redacted == output);
    }

    private static void Write(Utf8JsonWriter writer, (Principal Actor, PartReport Report) it)
    {
        RecordedPart part = it.Report.Part;
        writer.WriteStartObject();
        writer.WriteString("stepId", part.Step?.Value);
        writer.WriteNumber("place", part.Key.Place);
        writer.WriteString("part", part.Key.Part);
        writer.WriteString("status", Wire.Name(part.Status));
        writer.WriteString("reason", it.Report.Reason);
        writer.WriteString("code", it.Report.Code);
        writer.WriteString("executionId", part.Execution?.ToString());
        (Value kept, bool isExact) = Kept(it.Report.Output);
        writer.WritePropertyName("output");
        JsonText.Write(writer, kept);
        writer.WriteBoolean("exact", isExact && it.Report.IsExact);
        writer.WritePropertyName("result");
        JsonText.Write(writer, Value.Of(it.Report.Result));
        PrincipalJson.WriteActor(writer, it.Actor);
        writer.WriteString("notes", it.Report.Notes);
        writer.WriteEndObject();
    }

    private static void WritePlaybook(Utf8JsonWriter writer, PlaybookRun run)
    {
        writer.WriteString("playbookId", run.Playbook.Value);
        writer.WriteString("version", run.PlaybookVersion);
    }

    private static EventDraft Draft(EventType type, PlaybookRun run, long rowVersion, Principal actor, byte[] body) => new()
    {
        TenantId = run.TenantId,
        ExceptionKey = run.Exception,
        RowVersion = rowVersion,
        RunId = run.RunId,
        PassId = run.Pass,
        Type = type,
        Actor = actor,
        At = run.UpdatedAt,
        Body = body,
    };
}

/// <summary>What became of a part, for the log.</summary>
/// <param name="Part">Its row.</param>
/// <param name="Reason">Why, in a sentence; empty when it speaks for itself.</param>
public sealed record PartReport(RecordedPart Part, string Reason)
{
    /// <summary>The code it failed with, or was refused with; null when it did not.</summary>
    public string? Code { get; init; }

    /// <summary>The tool's answer; null of JSON for none.</summary>
    public Value Output { get; init; }

    /// <summary>Whether that is what the tool answered, and not what an earlier record kept of it.</summary>
    public bool IsExact { get; init; } = true;

    /// <summary>What one of Reeve's own actions did.</summary>
    public ObjectMap Result { get; init; } = ObjectMap.Empty;

    /// <summary>What a person said of it; null for nothing.</summary>
    public string? Notes { get; init; }
}

/// <summary>How a run ended, for the log.</summary>
/// <param name="Status">What the exception's status became.</param>
/// <param name="Reason">A sentence that names what decided.</param>
/// <param name="NotUndone">Steps whose effects stand although they should not.</param>
/// <param name="Feedback">What Feedback decided; null where nothing of the pass could be read.</param>
/// <param name="ResolvedAutomatically">Whether it is RESOLVED and no person had a hand in it.</param>
public sealed record RunEnd(ResolutionStatus Status, string Reason, IReadOnlyList<StepId> NotUndone, AgentDecision? Feedback, bool ResolvedAutomatically)
{
    /// <summary>The code of what went wrong with driving it; null when nothing did.</summary>
    public string? Code { get; init; }
}
