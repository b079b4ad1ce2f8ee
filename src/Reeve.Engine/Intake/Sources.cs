using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Intake;

/// <summary>
/// Where a field of the record comes from: the envelope's member, else what the pack mapped, else (without an envelope) the
/// payload's member of that name.
/// </summary>
internal sealed class Sources(Envelope? envelope, Mapped mapped, ObjectMap payload)
{
    /// <summary>A field of the record.</summary>
    internal Value Field(string camel, string snake, out string pointer)
    {
        pointer = "/" + camel;
        if (envelope is not null && !envelope[camel].IsNull)
        {
            return envelope[camel];
        }

        Value value = mapped[camel];
        return value.IsNull && envelope is null ? Envelope.Bare(payload, camel, snake, out pointer) : value;
    }

    /// <summary>
    /// A datum that the payload may hold under its own name (amount, currency), and what normalizedContext gets for it. What
    /// the pack maps is what the name means, usable or not: a member of the payload that happens to have the name must not
    /// stand in for it, or a rule would judge another figure than the author meant.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="usable">Gives the usable form of a value at a pointer, or null after flagging it.</param>
    /// <param name="context">Where it goes.</param>
    internal void Data(string name, Func<Value, string, Value> usable, ContextBuilder context)
    {
        if (mapped.Path(name) is { } path)
        {
            Value value = mapped[name];
            Value good = usable(value, path);
            context.Set(name, good.IsNull ? value : good);
        }
        else
        {
            context.SetIfKnown(name, usable(payload[name], (envelope is null ? "/" : "/rawPayload/") + name));
        }
    }

    /// <summary>What the source thinks of the severity, as it said it; it decides nothing (EX-AGENT-INTAKE-3).</summary>
    internal Value Severity(FieldReader reader)
    {
        if (envelope?.ReportedSeverity(reader) is not null)
        {
            return envelope["severity"];
        }

        Value value = mapped["severity"];
        value = value.IsNull && envelope is null ? payload["severity"] : value;
        return value.Kind is ValueKind.String or ValueKind.Int or ValueKind.Double ? value : default;
    }

    /// <summary>The context that came with the envelope, or null.</summary>
    internal ObjectMap? GivenContext(FieldReader reader)
    {
        Value given = envelope?["normalizedContext"] ?? default;
        if (given.IsNull || given.MapOrNull() is ObjectMap)
        {
            return given.MapOrNull() as ObjectMap;
        }

        reader.Fail(ErrorCatalogue.Intake.WrongType, "must be an object.", "/normalizedContext");
        return null;
    }
}

/// <summary>Collects the entries of a normalizedContext in order.</summary>
internal sealed class ContextBuilder
{
    private readonly List<string> keys = new(12);
    private readonly List<Value> values = new(12);

    internal void Set(string key, Value value)
    {
        int at = keys.IndexOf(key);
        if (at >= 0)
        {
            values[at] = value;
            return;
        }

        keys.Add(key);
        values.Add(value);
    }

    internal void SetIfKnown(string key, Value value)
    {
        if (!value.IsNull)
        {
            Set(key, value);
        }
    }

    internal void AddIfAbsent(string key, Value value)
    {
        if (!keys.Contains(key))
        {
            keys.Add(key);
            values.Add(value);
        }
    }

    internal ObjectMap Build() => new([.. keys], [.. values]);
}
