using Reeve.Core.Calendars;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.PackDocuments.Sections;
using Reeve.Core.PackDocuments.Tooling;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.PackDocuments;

/// <summary>Reads, validates and compiles domain packs (EX-MODEL-11, EX-PACK-2). Thread-safe.</summary>
public static class DomainPackReader
{
    /// <summary>Reads a domain pack; every error comes at once, each with its place.</summary>
    public static PackReading<DomainPack> Read(Document document)
    {
        Notes notes = new();
        Field root = new(document.Root, "", notes);
        StoredDocument source = new(document.Root);
        DomainPack pack = root.Object() is { } fields ? Pack(fields, source) : Nothing(source);
        PackNames names = new(
            pack.ExceptionTypes.Select(type => type.Name.Value),
            pack.Tools.Select(tool => tool.Name.Value),
            pack.Playbooks.Select(playbook => playbook.Id.Value),
            pack.Calendars.Select(calendar => calendar.Name));
        notes.CheckReferences(names, hasTypes: pack.ExceptionTypes.Count > 0);
        foreach (PlaybookFault fault in PlaybookInheritance.Faults(pack.Playbooks))
        {
            notes.Error(ErrorCatalogue.Packs.PlaybookCycle, JsonPointer.Child("/playbooks", fault.Playbook.Position), fault.Reason);
        }

        return notes.Finish(document, pack);
    }

    private static DomainPack Pack(ObjectFields fields, StoredDocument source)
    {
        string name = fields.Require("domainName")?.Text() ?? "";
        string version = ToolFields.Version(fields.Find("version")) ?? "1.0.0";
        NamedList<EntityDefinition> entities = TaxonomyFields.Entities(fields.Find("entities"));
        (IReadOnlyList<IntakeMapping> intake, PackDuration? window) = IntakeFields.Read(fields);
        DomainPack pack = new()
        {
            Name = new DomainName(name),
            Description = fields.Find("description")?.Prose() ?? "",
            Version = version,
            ContentHash = source.Hash,
            Source = source,
            Ontology = TaxonomyFields.Ontology(fields.Find("ontology")),
            Entities = entities,
            Intake = intake,
            ProblemWindow = window,
            Calendars = CalendarFields.Read(fields.Find("calendars")),
            ExceptionTypes = fields.Require("exceptionTypes") is { } types ? TaxonomyFields.ExceptionTypes(types) : NoTypes(),
            SeverityRules = RuleFields.SeverityRules(fields.Find("severityRules")),
            Tools = ToolFields.Read(fields.Find("tools"), entities),
            Playbooks = PlaybookFields.Read(fields.Find("playbooks"), version, fromTenant: false),
            Guardrails = GuardrailFields.Read(fields.Find("guardrails")),
            TestSuites = TestFields.Read(fields.Find("testSuites"), fromTenant: false),
            Examples = [.. (fields.Find("examples")?.Items() ?? []).Select(example => example.Value)],
        };
        _ = fields.Find("formats")?.Map();
        fields.Close();
        return pack;
    }

    private static DomainPack Nothing(StoredDocument source) => new()
    {
        Name = new DomainName(""),
        ContentHash = source.Hash,
        Source = source,
        ExceptionTypes = NoTypes(),
    };

    private static NamedList<ExceptionType> NoTypes() => new([], type => type.Name.Value);
}
