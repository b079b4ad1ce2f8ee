using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>What became of one item of a run, in the place of the input it came from (EX-MODEL-9).</summary>
public sealed record ExceptionResult
{
    /// <summary>Its id; null for an item that was refused before it had one.</summary>
    public ExceptionId? ExceptionId { get; init; }

    /// <summary>Where it stands; null for a refused item.</summary>
    public ResolutionStatus? Status { get; init; }

    /// <summary>The record after the run; null for a refused or repeated item.</summary>
    public ExceptionRecord? Exception { get; init; }

    /// <summary>What each stage that ran decided, in order.</summary>
    public IReadOnlyList<AgentDecision> Stages { get; init; } = [];

    /// <summary>Every reason, each led by its stage.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>Why it was refused, or what failed on the way; empty when nothing did.</summary>
    public IReadOnlyList<ReeveError> Errors { get; init; } = [];

    /// <summary>Whether it repeats an item that came before and made nothing (EX-AGENT-INTAKE-5).</summary>
    public bool IsRepeat { get; init; }

    /// <summary>What its own pass decided, where it repeats an exception and changes it: closes it or opens it again; null otherwise. No part of a run result.</summary>
    public ExceptionResult? Pass { get; init; }

    /// <summary>What was decided for it, as its decision document has it; null for an item that began no pass: it was refused, or repeats another.</summary>
    public ExceptionResult? Decided => Status is null ? null : IsRepeat ? Pass : this;

    /// <summary>The decision of a stage, or null if it did not run.</summary>
    public AgentDecision? Of(Stage stage)
    {
        foreach (AgentDecision decision in Stages)
        {
            if (decision.Stage == stage)
            {
                return decision;
            }
        }

        return null;
    }

    /// <summary>Writes this item as EX-MODEL-9 has it.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        DecisionJson json = new(writer, canonical: false);
        writer.WriteStartObject();
        writer.WriteString("exceptionId", ExceptionId?.Value);
        writer.WriteString("status", Status is { } status ? Wire.Name(status) : null);
        writer.WritePropertyName("exception");
        if (Exception is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            json.Record(Exception);
        }

        json.Stages(Stages);
        json.Strings("evidence", Evidence);
        writer.WriteStartArray("errors");
        foreach (ReeveError error in Errors)
        {
            Write(writer, error);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes one error as EX-MODEL-9's <c>errors</c> has it.</summary>
    public static void Write(Utf8JsonWriter writer, ReeveError error)
    {
        writer.WriteStartObject();
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        writer.WriteString("pointer", error.Subject);
        if (error.Position is { } at)
        {
            writer.WriteNumber("line", at.Line);
            writer.WriteNumber("column", at.Column);
        }

        writer.WriteString("nextStep", error.NextStep);
        writer.WriteEndObject();
    }
}

/// <summary>The result of a run, written item by item so that it never need be whole in memory (EX-MODEL-9).</summary>
public sealed class RunResultWriter : IDisposable
{
    private readonly Utf8JsonWriter writer;

    /// <summary>Begins the document.</summary>
    public RunResultWriter(Stream output, TenantId tenant, RunId run)
    {
        writer = new Utf8JsonWriter(output, JsonText.Indented);
        writer.WriteStartObject();
        writer.WriteString("tenantId", tenant.Value);
        writer.WriteString("runId", run.ToString());
        writer.WriteStartArray("results");
    }

    /// <summary>Adds the next item.</summary>
    public void Add(ExceptionResult result)
    {
        result.Write(writer);
        if (writer.BytesPending > 64 * 1024)
        {
            writer.Flush();
        }
    }

    /// <summary>Ends the document; the stream stays open.</summary>
    public void Dispose()
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        writer.Dispose();
    }

    /// <summary>One item as a line of JSON, without the line break.</summary>
    public static byte[] Line(ExceptionResult result) => JsonText.Render(result, static (writer, state) => state.Write(writer));
}
