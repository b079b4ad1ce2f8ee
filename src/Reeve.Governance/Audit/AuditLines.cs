using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Audit;

/// <summary>The lines of an export (docs/audit-format.md, "The export"), one JSON object each.</summary>
internal sealed class AuditLines(Stream output) : IDisposable
{
    internal const string Format = "reeve.audit.1";
    private const int Full = 1 << 16;

    private readonly ArrayBufferWriter<byte> buffer = new(Full);
    private readonly Utf8JsonWriter writer = new(Stream.Null, JsonText.Compact);

    public void Dispose() => writer.Dispose();

    internal void Header(DateTimeOffset exportedAt, ExportRequest request)
    {
        Begin("export");
        writer.WriteString("format", Format);
        Time("exportedAt", exportedAt);
        writer.WriteString("product", request.Product);
        writer.WriteString("tenantId", request.Tenant?.Value);
        End();
    }

    internal void Row(TenantId tenant, AuditRow row, bool withBodies)
    {
        Begin(row.Event is null ? "unreadable" : "event");
        writer.WriteString("tenantId", tenant.Value);
        writer.WriteNumber("slot", row.Position.Slot);
        writer.WriteNumber("n", row.Position.N);
        writer.WriteNumber("ordinal", row.Position.Ordinal);
        if (row.Event is { } e)
        {
            Event(e, withBodies);
        }
        else
        {
            writer.WriteString("column", row.Unreadable);
        }

        End();
    }

    internal void Commit(CommitNote note)
    {
        Begin(note.Unreadable is null ? "commit" : "unreadable");
        writer.WriteString("tenantId", note.Tenant?.Value);
        writer.WriteNumber("slot", note.Slot);
        writer.WriteNumber("n", note.N);
        if (note.Unreadable is null)
        {
            Time("at", note.At);
            writer.WriteNumber("events", note.Events);
        }
        else
        {
            writer.WriteString("column", note.Unreadable);
        }

        End();
    }

    internal void Start(ChainStart start)
    {
        Begin("start");
        Link(start.Tenant, start.Position, start.Hash);
        End();
    }

    internal void Head(ChainHead head)
    {
        Begin("head");
        Link(head.Tenant, head.Position, head.Hash);
        writer.WriteNumber("events", head.Events);
        Time("notedAt", head.NotedAt);
        End();
    }

    /// <summary>Hands over what is buffered when that is much.</summary>
    internal ValueTask PassOnAsync(CancellationToken cancellationToken) => buffer.WrittenCount < Full ? default : DrainAsync(cancellationToken);

    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        await DrainAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }

    private void Event(LoggedEvent e, bool withBodies)
    {
        writer.WriteString("eventId", e.EventId);
        Time("recordedAt", e.RecordedAt);
        writer.WriteString("type", e.Type.Name);
        writer.WriteNumber("version", e.Version);
        Time("occurredAt", e.OccurredAt);
        Id("exceptionKey", e.ExceptionKey?.Value);
        Number("rowVersion", e.RowVersion);

        Id("runId", e.RunId?.Value);
        Id("passId", e.PassId?.Value);
        writer.WriteString("stage", e.Stage);
        writer.WriteString("actorKind", e.ActorKind);
        writer.WriteString("actorId", e.ActorId);
        Hex("commitment", e.Commitment);
        Hex("hash", e.Hash);
        if (withBodies)
        {
            Hex("salt", e.Salt);
            Body(e.Body);
        }
    }

    private void Link(TenantId tenant, EventPosition position, ReadOnlyMemory<byte> hash)
    {
        writer.WriteString("tenantId", tenant.Value);
        writer.WriteNumber("slot", position.Slot);
        writer.WriteNumber("n", position.N);
        writer.WriteNumber("ordinal", position.Ordinal);
        Hex("hash", hash);
    }

    // As text, since people read exports; as hex if it is none, so that even then the bytes survive.
    private void Body(ReadOnlyMemory<byte>? body)
    {
        if (body is not { } bytes)
        {
            writer.WriteNull("body");
        }
        else if (Utf8.IsValid(bytes.Span))
        {
            writer.WriteString("body", bytes.Span);
        }
        else
        {
            Hex("bodyHex", bytes);
        }
    }

    private void Begin(string kind)
    {
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
    }

    private void End()
    {
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);
    }

    private void Hex(string name, ReadOnlyMemory<byte>? bytes) => writer.WriteString(name, bytes is { } some ? Convert.ToHexStringLower(some.Span) : null);

    private void Number(string name, long? number)
    {
        if (number is { } some)
        {
            writer.WriteNumber(name, some);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private void Id(string name, Guid? id) => writer.WriteString(name, id?.ToString("D"));

    private void Time(string name, DateTimeOffset time) =>
        writer.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
