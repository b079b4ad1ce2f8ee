using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Operations.Logs;

/// <summary>One record of the log; one line of JSON in its file. Fields that are null are left out of the line.</summary>
public sealed record LogRecord
{
    // An argument of the log may hold U+0000; what was written must be read.
    private static readonly JsonLimits Readable = new() { AllowNul = true };


    /// <summary>When, UTC, to the microsecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How much it matters.</summary>
    public required LogSeverity Level { get; init; }

    /// <summary>Which part of the product speaks: project and capability, <c>Engine.Pipeline</c>; of others the whole category.</summary>
    public required string Component { get; init; }

    /// <summary>The event's number in its capability's range; 0 when it has none.</summary>
    public int EventId { get; init; }

    /// <inheritdoc cref="LogScope.Agent"/>
    public string? Agent { get; init; }

    /// <inheritdoc cref="LogScope.Tenant"/>
    public string? Tenant { get; init; }

    /// <inheritdoc cref="LogScope.WorkItem"/>
    public string? WorkItem { get; init; }

    /// <inheritdoc cref="LogScope.Phase"/>
    public string? Phase { get; init; }

    /// <inheritdoc cref="LogScope.CorrelationId"/>
    public string? CorrelationId { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string Message { get; init; }

    /// <summary>What the message was made from, and what scopes add: an object, or null when there is nothing.</summary>
    public Value Properties { get; init; }

    /// <summary>The fault: an object of type, message, code if it has one, and from ERROR on the stack trace. Null without one.</summary>
    public Value Exception { get; init; }

    /// <summary>The line, UTF-8, with its line feed.</summary>
    public byte[] ToLine()
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter writer = new(buffer, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("time", TimeText.Timestamp(Time));
            writer.WriteString("level", LogSeverities.NameOf(Level));
            writer.WriteString("component", Component);
            if (EventId != 0)
            {
                writer.WriteNumber("eventId", EventId);
            }

            WriteText(writer, LogScope.AgentField, Agent);
            WriteText(writer, LogScope.TenantField, Tenant);
            WriteText(writer, LogScope.WorkItemField, WorkItem);
            WriteText(writer, LogScope.PhaseField, Phase);
            WriteText(writer, LogScope.CorrelationIdField, CorrelationId);
            writer.WriteString("message", Message);
            WriteObject(writer, "properties", Properties);
            WriteObject(writer, "exception", Exception);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line.</summary>
    /// <returns>Null if it is no record: not JSON, or without time, level, component and message.</returns>
    public static LogRecord? Parse(string line)
    {
        MapValue? fields;
        try
        {
            fields = JsonText.Parse(line, Readable).MapOrNull();
        }
        catch (ReeveException)
        {
            // A line of another program, or one cut off by a crash: the reader counts it and goes on.
            return null;
        }

        if (fields is null
            || !DateTimeOffset.TryParse(fields["time"].StringOrNull(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            || !LogSeverities.TryParse(fields["level"].StringOrNull(), out LogSeverity level)
            || fields["component"].StringOrNull() is not { } component
            || fields["message"].StringOrNull() is not { } message)
        {
            return null;
        }

        return new LogRecord
        {
            Time = time,
            Level = level,
            Component = component,
            EventId = fields["eventId"] is { Kind: ValueKind.Int } id && id.AsInt() is > 0 and <= int.MaxValue ? (int)id.AsInt() : 0,
            Agent = fields[LogScope.AgentField].StringOrNull(),
            Tenant = fields[LogScope.TenantField].StringOrNull(),
            WorkItem = fields[LogScope.WorkItemField].StringOrNull(),
            Phase = fields[LogScope.PhaseField].StringOrNull(),
            CorrelationId = fields[LogScope.CorrelationIdField].StringOrNull(),
            Message = message,
            Properties = fields["properties"],
            Exception = fields["exception"],
        };
    }

    /// <summary>
    /// One line for people: time, level, component, what it is about, message. Control characters are shown as escapes, because
    /// a terminal would obey them.
    /// </summary>
    public string ToText()
    {
        StringBuilder line = new(TimeText.Timestamp(Time));
        line.Append(CultureInfo.InvariantCulture, $" {LogSeverities.NameOf(Level),-8} {Component}");
        Append(line, "tenant", Tenant);
        Append(line, "agent", Agent);
        Append(line, "item", WorkItem);
        Append(line, "phase", Phase);
        Append(line, "correlation", CorrelationId);
        line.Append(": ").Append(Message);
        if (Exception.MapOrNull() is { } fault)
        {
            line.Append(" | ").Append(fault["type"].StringOrNull()).Append(": ").Append(fault["message"].StringOrNull());
        }

        return Visible(line.ToString());
    }

    private static void Append(StringBuilder line, string name, string? value)
    {
        if (value is not null)
        {
            line.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }
    }

    private static string Visible(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        StringBuilder shown = new(text.Length + 16);
        foreach (char c in text)
        {
            shown.Append(char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return shown.ToString();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, string name, in Value value)
    {
        if (!value.IsNull)
        {
            writer.WritePropertyName(name);
            JsonText.Write(writer, value);
        }
    }
}
