using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>The fields of a record by their wire names, in both spellings (EX-MODEL-1), as JSON values.</summary>
internal static class RecordFields
{
    private static readonly string[] Names =
    [
        "exceptionId", "tenantId", "sourceSystem", "exceptionType", "severity", "timestamp", "rawPayload", "normalizedContext",
        "detectedRules", "suggestedActions", "resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep", "owner",
    ];

    /// <summary>Finds a field.</summary>
    /// <returns>False if records have no such field; a field without a value is found, and null.</returns>
    internal static bool TryFind(ExceptionRecord record, string name, out Value value)
    {
        Value? found = name switch
        {
            "exceptionId" or "exception_id" => Value.Of(record.ExceptionId.Value),
            "tenantId" or "tenant_id" => Value.Of(record.TenantId.Value),
            "sourceSystem" or "source_system" => Value.Of(record.SourceSystem),
            "exceptionType" or "exception_type" => Value.Of(record.ExceptionType?.Value),
            "severity" => record.Severity is { } severity ? Value.Of(Wire.Name(severity)) : Value.Null,
            "timestamp" => Value.Of(TimeText.Timestamp(record.Timestamp)),
            "rawPayload" or "raw_payload" => Value.Of(record.RawPayload),
            "normalizedContext" or "normalized_context" => Value.Of(record.NormalizedContext),
            "detectedRules" or "detected_rules" => Texts(record.DetectedRules),
            "suggestedActions" or "suggested_actions" => Texts(record.SuggestedActions),
            "resolutionStatus" or "resolution_status" => Value.Of(Wire.Name(record.ResolutionStatus)),
            "auditTrail" or "audit_trail" => Value.Of(new ListValue([.. record.AuditTrail.Select(Entry)])),
            "currentPlaybookId" or "current_playbook_id" => Value.Of(record.CurrentPlaybookId?.Value),
            "currentStep" or "current_step" => record.CurrentStep is { } step ? Value.Of((long)step) : Value.Null,
            "owner" => Value.Of(record.Owner),
            _ => null,
        };
        value = found ?? Value.Null;
        return found is not null;
    }

    /// <summary>The whole record as one object.</summary>
    internal static Value Whole(ExceptionRecord record)
    {
        Value[] values = new Value[Names.Length];
        for (int i = 0; i < values.Length; i++)
        {
            TryFind(record, Names[i], out values[i]);
        }

        return Value.Of(new ObjectMap(Names, values));
    }

    private static Value Texts(IReadOnlyList<string> texts) => Value.Of(new ListValue([.. texts.Select(Value.Of)]));

    private static Value Entry(AuditEntry entry) => Value.Of(ObjectMap.Of(
        ("action", Value.Of(entry.Action)),
        ("timestamp", Value.Of(TimeText.Timestamp(entry.Timestamp))),
        ("actor", Value.Of(entry.Actor))));
}
