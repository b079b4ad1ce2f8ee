using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Intake;

/// <summary>The outside of a raw exception: its members by their canonical names, whichever spelling they came in.</summary>
internal sealed class Envelope
{
    private static readonly (string Camel, string Snake)[] Fields =
    [
        ("exceptionId", "exception_id"), ("tenantId", "tenant_id"), ("sourceSystem", "source_system"), ("exceptionType", "exception_type"),
        ("severity", "severity"), ("timestamp", "timestamp"), ("rawPayload", "raw_payload"), ("normalizedContext", "normalized_context"),
        ("detectedRules", "detected_rules"), ("suggestedActions", "suggested_actions"), ("resolutionStatus", "resolution_status"),
        ("auditTrail", "audit_trail"), ("currentPlaybookId", "current_playbook_id"), ("currentStep", "current_step"), ("owner", "owner"),
    ];

    private readonly Value[] values = new Value[Fields.Length];

    /// <summary>Whether an object is an envelope: it has the member rawPayload.</summary>
    internal static bool Is(ObjectMap document) => document.TryGet("rawPayload", out _) || document.TryGet("raw_payload", out _);

    /// <summary>The member of a bare object by either spelling, the camelCase one first.</summary>
    internal static Value Bare(ObjectMap document, string camel, string snake, out string pointer)
    {
        if (document.TryGet(camel, out Value value))
        {
            pointer = "/" + camel;
            return value;
        }

        pointer = document.TryGet(snake, out value) ? "/" + snake : "/" + camel;
        return value;
    }

    internal static Envelope Read(ObjectMap document, FieldReader reader)
    {
        Envelope envelope = new();
        for (int i = 0; i < document.Count; i++)
        {
            string name = document.Keys[i];
            int at = IndexOf(name);
            if (at < 0)
            {
                reader.Fail(ErrorCatalogue.Intake.UnknownField, $"is not known beside rawPayload; known are {string.Join(", ", Fields.Select(field => field.Camel))}.", Pointer(name));
            }
            else if (!envelope.values[at].IsNull)
            {
                reader.Fail(ErrorCatalogue.Intake.BothSpellings, "stands there in both spellings.", Pointer(name));
            }
            else
            {
                envelope.values[at] = document.Values[i];
            }
        }

        envelope.CheckUnused(reader);
        return envelope;
    }

    internal Value this[string camel] => values[IndexOf(camel)];

    /// <summary>A copy whose exceptionId is not given: it cannot name each of several exceptions.</summary>
    internal Envelope WithoutId()
    {
        Envelope copy = new();
        values.CopyTo(copy.values, 0);
        copy.values[IndexOf("exceptionId")] = default;
        return copy;
    }

    internal ObjectMap? Payload(FieldReader reader)
    {
        if (this["rawPayload"].MapOrNull() is ObjectMap payload)
        {
            return payload;
        }

        reader.Fail(ErrorCatalogue.Intake.WrongType, "must be an object.", "/rawPayload");
        return null;
    }

    internal List<string> Strings(string camel, FieldReader reader)
    {
        Value value = this[camel];
        if (value.IsNull)
        {
            return [];
        }

        List<string> items = [];
        if (value.ListOrNull() is { } list)
        {
            foreach (ref readonly Value item in list.Items)
            {
                if (item.StringOrNull() is { Length: > 0 } text)
                {
                    items.Add(text);
                }
            }

            if (items.Count == list.Count)
            {
                return items;
            }
        }

        reader.Fail(ErrorCatalogue.Intake.WrongType, "must be a list of non-empty strings.", Pointer(camel));
        return items;
    }

    internal Severity? ReportedSeverity(FieldReader reader)
    {
        Value value = this["severity"];
        if (value.IsNull)
        {
            return null;
        }

        if (value.StringOrNull() is { } text && Wire.TryParse(text, out Severity severity))
        {
            return severity;
        }

        reader.Fail(ErrorCatalogue.Intake.WrongType, $"must be one of {string.Join(", ", Wire.All<Severity>())}.", "/severity");
        return null;
    }

    // What a source cannot decide is checked like everything else and then left aside: where a new exception stands, its
    // history, its playbook.
    private void CheckUnused(FieldReader reader)
    {
        Value status = this["resolutionStatus"];
        if (!status.IsNull && !(status.StringOrNull() is { } text && Wire.TryParse(text, out ResolutionStatus _)))
        {
            reader.Fail(ErrorCatalogue.Intake.WrongType, $"must be one of {string.Join(", ", Wire.All<ResolutionStatus>())}.", "/resolutionStatus");
        }

        if (!this["auditTrail"].IsNull && this["auditTrail"].ListOrNull() is null)
        {
            reader.Fail(ErrorCatalogue.Intake.WrongType, "must be a list.", "/auditTrail");
        }

        if (!this["currentStep"].IsNull && this["currentStep"].Kind != ValueKind.Int)
        {
            reader.Fail(ErrorCatalogue.Intake.WrongType, "must be an integer.", "/currentStep");
        }

        _ = reader.Text(this["currentPlaybookId"], "/currentPlaybookId");
        foreach (string ignored in (ReadOnlySpan<string>)["resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep"])
        {
            if (!this[ignored].IsNull)
            {
                reader.Flags.Add($"/{ignored} was given and is not taken over: a new exception starts open, with a history of its own.");
            }
        }
    }

    private static int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Length; i++)
        {
            if (string.Equals(Fields[i].Camel, name) || string.Equals(Fields[i].Snake, name))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Pointer(string name) =>
        JsonPointer.Child("", name.Length <= 64 ? name : name[..64]);
}
