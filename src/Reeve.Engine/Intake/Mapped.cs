using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Engine.Intake;

/// <summary>What a mapping found in one document or one of its items.</summary>
internal sealed class Mapped
{
    private static readonly Dictionary<string, string> Canonical = new(StringComparer.Ordinal)
    {
        ["exception_type"] = "exceptionType",
        ["source_system"] = "sourceSystem",
        ["exception_id"] = "exceptionId",
        ["external_id"] = "externalId",
        ["reported_severity"] = "severity",
        ["reportedSeverity"] = "severity",
        ["slaDeadline"] = "sla_deadline",
        ["policyTags"] = "policy_tags",
    };

    private readonly List<(string Name, Value Value, string Path)> fields = [];

    internal string? Fingerprint { get; private set; }

    internal string? ExternalId { get; private set; }

    internal bool Closes { get; private set; }

    /// <summary>The mapped field of a canonical name; null when it was not mapped or is missing.</summary>
    internal Value this[string name]
    {
        get
        {
            foreach ((string key, Value value, _) in fields)
            {
                if (string.Equals(key, name))
                {
                    return value;
                }
            }

            return default;
        }
    }

    /// <summary>Where the pack maps a canonical name; null when it does not.</summary>
    internal string? Path(string name)
    {
        foreach ((string key, _, string path) in fields)
        {
            if (string.Equals(key, name))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>Fields that belong to normalizedContext, in the order of the pack.</summary>
    internal IEnumerable<(string Name, Value Value)> Context => fields.Where(mapped =>
        mapped.Name is not ("exceptionType" or "sourceSystem" or "timestamp" or "exceptionId" or "externalId" or "amount" or "currency" or "severity" or "fingerprint")
        && !mapped.Value.IsNull).Select(mapped => (mapped.Name, mapped.Value));

    internal static Mapped Read(IntakeMapping mapping, MappingActivation scope, string path, FieldReader reader)
    {
        Mapped mapped = new();
        foreach (MappedField field in mapping.Fields)
        {
            string place = $"{path}/record/{field.Name}";
            Value value = Evaluate(field.Source, scope, place, reader);
            mapped.fields.Add((Canonical.GetValueOrDefault(field.Name, field.Name), Json(value, place, reader), place));
        }

        mapped.Fingerprint = Text(mapping.Fingerprint, scope, path + "/fingerprint", reader) ?? mapped["fingerprint"].StringOrNull();
        mapped.ExternalId = Text(mapping.ExternalId, scope, path + "/externalId", reader) ?? mapped["externalId"].StringOrNull();
        string? state = Text(mapping.State, scope, path + "/state", reader);
        if (state is not (null or "open" or "close"))
        {
            reader.Fail(ErrorCatalogue.Intake.MappingFailed, "must map to 'open' or 'close'.", path + "/state");
        }

        mapped.Closes = string.Equals(state, "close");
        return mapped;
    }

    internal static Value Evaluate(Expression expression, MappingActivation scope, string path, FieldReader reader)
    {
        Value value = expression.Evaluate(scope);
        if (value.Kind != ValueKind.Error)
        {
            return value;
        }

        reader.Fail(ErrorCatalogue.Intake.MappingFailed, $"cannot be mapped: {value.AsError().Message}", path);
        return default;
    }

    private static string? Text(Expression? expression, MappingActivation scope, string path, FieldReader reader)
    {
        if (expression is null)
        {
            return null;
        }

        Value value = Evaluate(expression, scope, path, reader);
        return value.Kind switch
        {
            ValueKind.Null => null,
            ValueKind.String => value.AsString().Length == 0 ? null : value.AsString(),
            _ => System.Text.Encoding.UTF8.GetString(JsonText.ToUtf8(value, sortKeys: true)),
        };
    }

    // normalizedContext is JSON: a time becomes its text, as it would when the record is read back.
    internal static Value Json(in Value value, string path, FieldReader reader)
    {
        if (value.Kind is ValueKind.Null or ValueKind.Bool or ValueKind.Int or ValueKind.String
            || (value.Kind == ValueKind.Double && double.IsFinite(value.AsDouble())))
        {
            return value;
        }

        try
        {
            return JsonText.Parse(JsonText.ToText(value));
        }
        catch (ReeveException fault)
        {
            // A map may have keys that are different to CEL and the same to JSON: 1 and '1'.
            reader.Fail(ErrorCatalogue.Intake.MappingFailed, $"cannot be mapped: {fault.Error.Message}", path);
            return default;
        }
    }
}
