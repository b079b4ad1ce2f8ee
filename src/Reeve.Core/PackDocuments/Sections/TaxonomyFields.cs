using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.PackDocuments.Tooling;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>What a domain is made of: its words, its things, and its types of exception.</summary>
internal static class TaxonomyFields
{
    // A taxonomy that people can still read; it also bounds what a hostile chain of parents costs.
    private const int MaxLevels = 32;

    internal static NamedList<Concept> Ontology(Field? section)
    {
        List<Concept> concepts = [];
        if (section?.Object() is { } fields)
        {
            foreach ((string name, Field field) in fields.Find("concepts")?.Entries() ?? [])
            {
                if (field.Object() is { } concept)
                {
                    concepts.Add(new Concept(name, concept.Find("definition")?.Prose() ?? "", concept.Find("synonyms")?.Texts() ?? []));
                    concept.Close();
                }
            }

            fields.Close();
        }

        return new NamedList<Concept>(concepts, concept => concept.Name);
    }

    internal static NamedList<EntityDefinition> Entities(Field? section)
    {
        IReadOnlyList<(string Name, Field Field)> entries = section?.Entries() ?? [];
        HashSet<string> names = new(entries.Select(entry => entry.Name), StringComparer.Ordinal);
        List<EntityDefinition> entities = [];
        foreach ((string name, Field field) in entries)
        {
            if (field.Object() is { } fields)
            {
                IReadOnlyList<EntityAttribute> attributes = fields.Has("keys") || fields.Has("fields")
                    ? KeysAndFields(fields)
                    : Attributes(fields.Find("attributes"), names);
                entities.Add(new EntityDefinition(name, attributes, Relations(fields.Find("relations"), names)));
                fields.Close();
            }
        }

        return new NamedList<EntityDefinition>(entities, entity => entity.Name);
    }

    internal static NamedList<ExceptionType> ExceptionTypes(Field section)
    {
        IReadOnlyList<(string Name, Field Field)> entries = section.Entries();
        if (entries.Count == 0 && section.IsObject)
        {
            section.Error(ErrorCatalogue.Packs.NoExceptionType, "There is no exception type.");
        }

        Dictionary<string, ExceptionType> own = new(StringComparer.Ordinal);
        Dictionary<string, Field> places = new(StringComparer.Ordinal);
        foreach ((string name, Field field) in entries)
        {
            if (field.Object() is { } fields)
            {
                own[name] = Type(name, fields, places);
            }
        }

        Dictionary<string, ExceptionTypeName[]> lineages = Lineages(entries, own, places);
        return new NamedList<ExceptionType>(
            entries.Where(entry => own.ContainsKey(entry.Name)).Select(entry => Inherit(own[entry.Name], lineages[entry.Name], own)),
            type => type.Name.Value);
    }

    private static ExceptionType Type(string name, ObjectFields fields, Dictionary<string, Field> parents)
    {
        Field? parent = fields.Find("parentType");
        string? parentName = parent?.Reference(ReferenceKind.ExceptionType);
        if (parentName is not null)
        {
            parents[name] = parent!.Value; // not null: it gave a name
        }

        ExceptionType type = new()
        {
            Name = new ExceptionTypeName(name),
            Lineage = [],
            Description = fields.Find("description")?.Prose() ?? "",
            Parent = parentName is null ? null : new ExceptionTypeName(parentName),
            DefaultSeverity = fields.Find("defaultSeverity")?.Word<Severity>(),
            Tags = fields.Find("tags")?.Texts() ?? [],
            Actionable = fields.Find("actionable")?.Bool() ?? true,
            DetectionRules = RuleFields.DetectionRules(fields.Find("detectionRules")),
            SeverityRules = RuleFields.SeverityRules(fields.Find("severityRules")),
        };
        fields.Close();
        return type;
    }

    // A parent that does not exist is noted as a reference; here its child counts as a root.
    private static Dictionary<string, ExceptionTypeName[]> Lineages(
        IReadOnlyList<(string Name, Field Field)> entries, Dictionary<string, ExceptionType> types, Dictionary<string, Field> parents)
    {
        Dictionary<string, ExceptionTypeName[]> lineages = new(StringComparer.Ordinal);
        foreach ((string name, Field _) in entries)
        {
            List<ExceptionTypeName> lineage = [];
            for (ExceptionType? at = types.GetValueOrDefault(name);
                at is not null;
                at = at.Parent is { } parent ? types.GetValueOrDefault(parent.Value) : null)
            {
                bool repeats = lineage.Contains(at.Name);
                if (repeats || lineage.Count == MaxLevels)
                {
                    parents[name].Error(
                        ErrorCatalogue.Packs.TypeCycle,
                        repeats ? $"The parents of {Shown.Name(name)} lead back to {Shown.Name(at.Name.Value)}." : $"{Shown.Name(name)} has more than {MaxLevels - 1} ancestors.");
                    break;
                }

                lineage.Add(at.Name);
            }

            lineages[name] = [.. lineage];
        }

        return lineages;
    }

    private static ExceptionType Inherit(ExceptionType type, ExceptionTypeName[] lineage, Dictionary<string, ExceptionType> types) => type with
    {
        Lineage = lineage,
        DefaultSeverity = lineage.Select(ancestor => types[ancestor.Value].DefaultSeverity).FirstOrDefault(severity => severity is not null),
    };

    private static List<EntityAttribute> Attributes(Field? section, HashSet<string> entities)
    {
        List<EntityAttribute> attributes = [];
        foreach ((string name, Field field) in section?.Entries() ?? [])
        {
            if (field.IsText)
            {
                attributes.Add(new EntityAttribute(name, TypeWords.JsonType(field, entities), Required: false));
            }
            else if (field.Object() is { } fields)
            {
                string type = fields.Find("type") is { } word ? TypeWords.JsonType(word, entities) : "";
                bool required = fields.Find("required")?.Bool() ?? false;
                _ = fields.Find("description")?.Prose();
                attributes.Add(new EntityAttribute(name, type, required));
                fields.Close();
            }
        }

        return attributes;
    }

    // The short form: every field may hold anything, and the keys must be there.
    private static List<EntityAttribute> KeysAndFields(ObjectFields fields)
    {
        IReadOnlyList<string> keys = fields.Find("keys")?.Texts() ?? [];
        IReadOnlyList<string> all = fields.Find("fields")?.Texts() ?? [];
        return [.. keys.Concat(all).Distinct().Select(name => new EntityAttribute(name, "", keys.Contains(name)))];
    }

    private static List<EntityRelation> Relations(Field? section, HashSet<string> entities)
    {
        List<EntityRelation> relations = [];
        foreach (Field item in section?.Items() ?? [])
        {
            ObjectFields? fields = item.IsText ? null : item.Object();
            Field? target = item.IsText ? item : fields?.Require("toEntity");
            string type = fields?.Find("type")?.Text() ?? "";
            if (target?.Text() is { } name)
            {
                if (!entities.Contains(name))
                {
                    target.Value.Error(ErrorCatalogue.Packs.UnknownEntity, $"There is no entity {Shown.Name(name)}.");
                }

                relations.Add(new EntityRelation(name, type));
            }

            fields?.Close();
        }

        return relations;
    }
}
