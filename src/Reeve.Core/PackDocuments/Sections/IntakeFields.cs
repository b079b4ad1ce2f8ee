using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>How raw documents become records: a list of mappings, or an object that holds one beside its problem window.</summary>
internal static class IntakeFields
{
    // Fields of the record and known keys of normalizedContext, by their wire names; any other name is a key of its own.
    private static readonly string[] KnownNames =
    [
        "exceptionId", "tenantId", "sourceSystem", "exceptionType", "severity", "timestamp", "externalId", "sla_deadline", "policy_tags", "reportedSeverity",
    ];

    internal static (IReadOnlyList<IntakeMapping> Mappings, PackDuration? Window) Read(ObjectFields pack)
    {
        Field? section = pack.Find("intake");
        Field? window = pack.Find("problemWindow");
        if (section is not { IsObject: true } single)
        {
            return (Mappings(section), CalendarFields.Duration(window));
        }

        ObjectFields fields = single.Object()!; // not null: it is an object
        window = ObjectFields.OnlyOne(window, fields.Find("problemWindow"));
        IReadOnlyList<IntakeMapping> mappings = fields.Has("mappings") ? Mappings(fields.Find("mappings"))
            : fields.Has("record") ? [Mapping(fields)]
            : [];
        fields.Close();
        return (mappings, CalendarFields.Duration(window));
    }

    private static List<IntakeMapping> Mappings(Field? section)
    {
        List<IntakeMapping> mappings = [];
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is { } fields)
            {
                mappings.Add(Mapping(fields));
                fields.Close();
            }
        }

        return mappings;
    }

    private static IntakeMapping Mapping(ObjectFields fields)
    {
        List<MappedField> mapped = [];
        Expression? payload = null;
        foreach ((string name, Field field) in fields.Find("record")?.Entries() ?? [])
        {
            if (Spelling.Same(name, "rawPayload"))
            {
                payload = field.Expression(ExpressionMode.Mapping);
            }
            else if (field.IsObject && Spelling.Same(name, "normalizedContext"))
            {
                foreach ((string key, Field inner) in field.Entries())
                {
                    Add(mapped, key, inner);
                }
            }
            else
            {
                Add(mapped, Array.Find(KnownNames, known => Spelling.Same(name, known)) ?? name, field);
            }
        }

        return new IntakeMapping
        {
            When = fields.Find("when")?.Expression(ExpressionMode.Mapping),
            Each = fields.Find("each")?.Expression(ExpressionMode.Mapping),
            Fields = mapped,
            Payload = payload,
            Fingerprint = fields.Find("fingerprint")?.Expression(ExpressionMode.Mapping),
            ExternalId = fields.Find("externalId")?.Expression(ExpressionMode.Mapping),
            State = State(fields.Find("state")),
        };
    }

    private static void Add(List<MappedField> mapped, string name, Field field)
    {
        if (mapped.Exists(other => other.Name == name))
        {
            field.Error(ErrorCatalogue.Packs.SaidTwice, $"The field {Shown.Name(name)} is mapped twice.");
        }
        else if (name is "pipelineId" or "normalizedAt")
        {
            // They differ from run to run, so decision documents leave them out, and whatever else has their values.
            field.Error(ErrorCatalogue.Packs.DuplicateName, $"Intake itself gives {Shown.Name(name)}.");
        }
        else if (field.Expression(ExpressionMode.Mapping) is { } source)
        {
            mapped.Add(new MappedField(name, source));
        }
    }

    // The two words themselves are accepted without quotes.
    private static Expression? State(Field? field) =>
        field is not { } given ? null
        : given.Value.StringOrNull() is "open" or "close" ? given.Compile($"'{given.Value.AsString()}'", ExpressionMode.Mapping)
        : given.Expression(ExpressionMode.Mapping);
}
