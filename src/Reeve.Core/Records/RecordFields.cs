using Reeve.Core.Values;

namespace Reeve.Core.Records;

/// <summary>The fields of a record, in the order of their wire names.</summary>
internal enum RecordField
{
    ExceptionId,
    TenantId,
    SourceSystem,
    ExceptionType,
    Severity,
    Timestamp,
    RawPayload,
    NormalizedContext,
    DetectedRules,
    SuggestedActions,
    ResolutionStatus,
    AuditTrail,
    CurrentPlaybookId,
    CurrentStep,
    Owner,
}

/// <summary>The fields of a record as values, by either spelling of their names (EX-MODEL-1). Thread-safe.</summary>
public static class RecordFields
{
    /// <summary>The wire names, in order.</summary>
    internal static IReadOnlyList<string> Names { get; } =
    [
        "exceptionId", "tenantId", "sourceSystem", "exceptionType", "severity", "timestamp", "rawPayload", "normalizedContext",
        "detectedRules", "suggestedActions", "resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep", "owner",
    ];

    /// <summary>Reads a field.</summary>
    /// <returns>False if records have no such field; a field without a value is found, and null.</returns>
    public static bool TryRead(ExceptionRecord record, string name, out Value value)
    {
        if (Find(name) is { } field)
        {
            value = Read(record, field);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>A record as a map of its fields, which are read when they are asked for.</summary>
    public static MapValue View(ExceptionRecord record) => new RecordMap(record);

    internal static RecordField? Find(string name) => name switch
    {
        "exceptionId" or "exception_id" => RecordField.ExceptionId,
        "tenantId" or "tenant_id" => RecordField.TenantId,
        "sourceSystem" or "source_system" => RecordField.SourceSystem,
        "exceptionType" or "exception_type" => RecordField.ExceptionType,
        "severity" => RecordField.Severity,
        "timestamp" => RecordField.Timestamp,
        "rawPayload" or "raw_payload" => RecordField.RawPayload,
        "normalizedContext" or "normalized_context" => RecordField.NormalizedContext,
        "detectedRules" or "detected_rules" => RecordField.DetectedRules,
        "suggestedActions" or "suggested_actions" => RecordField.SuggestedActions,
        "resolutionStatus" or "resolution_status" => RecordField.ResolutionStatus,
        "auditTrail" or "audit_trail" => RecordField.AuditTrail,
        "currentPlaybookId" or "current_playbook_id" => RecordField.CurrentPlaybookId,
        "currentStep" or "current_step" => RecordField.CurrentStep,
        "owner" => RecordField.Owner,
        _ => null,
    };

    internal static Value Read(ExceptionRecord record, RecordField field) => field switch
    {
        RecordField.ExceptionId => Value.Of(record.ExceptionId.Value),
        RecordField.TenantId => Value.Of(record.TenantId.Value),
        RecordField.SourceSystem => Value.Of(record.SourceSystem),
        RecordField.ExceptionType => Value.Of(record.ExceptionType?.Value),
        RecordField.Severity => record.Severity is { } severity ? Value.Of(Wire.Name(severity)) : default,
        RecordField.Timestamp => Value.Of(record.Timestamp),
        RecordField.RawPayload => Value.Of(record.RawPayload),
        RecordField.NormalizedContext => Value.Of(record.NormalizedContext),
        RecordField.DetectedRules => Strings(record.DetectedRules),
        RecordField.SuggestedActions => Strings(record.SuggestedActions),
        RecordField.ResolutionStatus => Value.Of(Wire.Name(record.ResolutionStatus)),
        RecordField.AuditTrail => Trail(record.AuditTrail),
        RecordField.CurrentPlaybookId => Value.Of(record.CurrentPlaybookId?.Value),
        RecordField.CurrentStep => record.CurrentStep is { } step ? Value.Of((long)step) : default,
        _ => Value.Of(record.Owner),
    };

    private static Value Strings(IReadOnlyList<string> items)
    {
        Value[] values = new Value[items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value.Of(items[i]);
        }

        return Value.Of(new ListValue(values));
    }

    private static Value Trail(IReadOnlyList<AuditEntry> trail)
    {
        Value[] values = new Value[trail.Count];
        for (int i = 0; i < values.Length; i++)
        {
            AuditEntry entry = trail[i];
            values[i] = Value.Of(ObjectMap.Of(
                ("action", Value.Of(entry.Action)), ("timestamp", Value.Of(entry.Timestamp)), ("actor", Value.Of(entry.Actor))));
        }

        return Value.Of(new ListValue(values));
    }
}

/// <summary>A record seen as a map: what the name <c>exception</c> means.</summary>
internal sealed class RecordMap(ExceptionRecord record) : MapValue
{
    public override int Count => RecordFields.Names.Count;

    public override Value KeyAt(int index) => Value.Of(RecordFields.Names[index]);

    public override Value ValueAt(int index) => RecordFields.Read(record, (RecordField)index);

    public override bool TryGet(string key, out Value value) => RecordFields.TryRead(record, key, out value);

    public override bool TryGet(Value key, out Value value)
    {
        value = default;
        return key.StringOrNull() is { } name && TryGet(name, out value);
    }
}
