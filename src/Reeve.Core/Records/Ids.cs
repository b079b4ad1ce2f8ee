using System.Buffers.Binary;

namespace Reeve.Core.Records;

/// <summary>A tenant. Callers choose it; never empty.</summary>
public readonly record struct TenantId(string Value)
{
    /// <summary>The reserved tenant of what belongs to none: the keys of platform administrators, the node's own secrets and schedules. No tenant may have this id.</summary>
    public static TenantId Platform { get; } = new("$platform");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An exception, unique in its tenant. Callers may choose it; ours are UUIDv7.</summary>
public readonly record struct ExceptionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One run of the pipeline over one or more exceptions; a UUIDv7.</summary>
public readonly record struct RunId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}

/// <summary>
/// A pseudonym of an exception: a UUIDv7 that Reeve gives it, by which headers of events name it, so that they need not be
/// emptied when its exceptionId must be forgotten (docs/decisions/0007).
/// </summary>
public readonly record struct ExceptionKey(Guid Value)
{
    /// <summary>When its exception was received: the time in it, UTC, milliseconds. What no clock says is the last time there is.</summary>
    public DateTimeOffset ReceivedAt
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            _ = Value.TryWriteBytes(bytes, bigEndian: true, out _);
            long milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
            return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>The least key of an exception that was received at a time or later, as keys are ordered: by their bytes.</summary>
    public static ExceptionKey LeastAt(DateTimeOffset time)
    {
        long ticks = Math.Max(0, time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks);
        long milliseconds = (ticks / TimeSpan.TicksPerMillisecond) + (ticks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1);
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)milliseconds << 16);
        return new ExceptionKey(new Guid(bytes, bigEndian: true));
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}

/// <summary>One pass of one exception through the pipeline: its <c>pipelineId</c>, a UUIDv7.</summary>
public readonly record struct PassId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}

/// <summary>One use of a tool, however many attempts it takes: a UUID that whoever calls chooses, so that asking again with the same one does nothing twice (docs/decisions/0019).</summary>
public readonly record struct ExecutionId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}

/// <summary>A domain, as its pack names it.</summary>
public readonly record struct DomainName(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A key of a domain pack's <c>exceptionTypes</c>.</summary>
public readonly record struct ExceptionTypeName(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A playbook.</summary>
public readonly record struct PlaybookId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A step of a playbook, unique in it; a sub-step of a text step is <c>1.2</c>.</summary>
public readonly record struct StepId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A tool, as the domain pack names it.</summary>
public readonly record struct ToolName(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// A rule, as decisions cite it: its own id, else <c>section:key</c>, else <c>section:</c> and eight hex digits of the
/// SHA-256 of its condition (EX-MODEL-9).
/// </summary>
public readonly record struct RuleId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
