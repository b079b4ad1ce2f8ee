using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.PackDocuments.Tooling;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>Playbooks, of a domain pack or of a tenant.</summary>
internal static class PlaybookFields
{
    /// <summary>Reads playbooks; one without a version has that of its pack.</summary>
    internal static IReadOnlyList<Playbook> Read(Field? section, string packVersion, bool fromTenant)
    {
        List<Playbook> playbooks = [];
        List<Field> places = [];
        Dictionary<(string Id, string Version), int> seen = [];
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is { } fields && Playbook(fields, packVersion) is { } playbook)
            {
                if (!seen.TryAdd((playbook.Id.Value, playbook.Version), playbooks.Count))
                {
                    item.Error(
                        ErrorCatalogue.Packs.DuplicateName,
                        $"Two playbooks have the id {Shown.Name(playbook.Id.Value)} and the version {playbook.Version}.",
                        "Give each its own playbookId, or the newer one a higher version.");
                }

                playbooks.Add(playbook with { FromTenant = fromTenant, Position = playbooks.Count });
                places.Add(item);
            }
        }

        WarnOfUseless(playbooks, places);
        return playbooks;
    }

    // Without a type it is there for others; if none of this document makes use of it, its author may have forgotten the type.
    private static void WarnOfUseless(List<Playbook> playbooks, List<Field> places)
    {
        HashSet<PlaybookId> parts = [.. playbooks.SelectMany(playbook => playbook.Includes), .. playbooks.Select(playbook => playbook.Extends).OfType<PlaybookId>()];
        for (int i = 0; i < playbooks.Count; i++)
        {
            if (playbooks[i] is { AppliesTo.Count: 0, Match.ExceptionType: null, Extends: null, Id: var id } && id.Value.Length > 0 && !parts.Contains(id))
            {
                places[i].Warn(ErrorCatalogue.Packs.NoEffect, "The playbook names no type, so it is never selected; others may include or extend it.");
            }
        }
    }

    private static Playbook? Playbook(ObjectFields fields, string packVersion)
    {
        Field? id = fields.Find("playbookId");
        Field? type = fields.Find("exceptionType");
        Field? appliesTo = fields.Find("appliesTo");
        string name = fields.Find("name")?.Text() ?? "";
        string? typeName = type?.Reference(ReferenceKind.TypePattern);
        (PlaybookMatch match, int priority, bool isConditional) = Match(fields);
        List<string> types = typeName is null ? [] : [typeName];
        foreach (Field item in appliesTo?.Items() ?? [])
        {
            if (item.Reference(ReferenceKind.TypePattern) is { } text)
            {
                types.Add(text);
            }
        }

        Field? extends = fields.Find("extends");
        string? baseId = extends?.Reference(ReferenceKind.Playbook);
        List<PlaybookId> includes = [];
        foreach (Field item in fields.Find("includes")?.Items() ?? [])
        {
            if (item.Reference(ReferenceKind.Playbook) is { } included)
            {
                includes.Add(new PlaybookId(included));
            }
        }

        // Conditions alone mean every type; nothing at all means none, which only another playbook can make use of.
        bool saysNothing = type is null && appliesTo is null;
        Playbook playbook = new()
        {
            Id = new PlaybookId(id?.TextOrNumber() ?? typeName ?? NameOf(name, types, match)),
            Name = name,
            Version = Version(fields.Find("version")) ?? packVersion,
            Approved = fields.Find("approved")?.Bool() ?? true,
            AppliesTo = saysNothing && isConditional ? ["*"] : types,
            Extends = baseId is null ? null : new PlaybookId(baseId),
            Includes = includes,
            Match = match,
            Priority = priority,
            Steps = StepFields.Read(fields.Find("steps"), baseId is not null || includes.Count > 0, fields),
            SuccessCriteria = CriterionFields.Read(fields.Find("successCriteria")),
        };
        _ = fields.Find("description")?.Prose();
        fields.Close();
        if (playbook.Id.Value.Length == 0 && id is null)
        {
            fields.Notes.Error(
                ErrorCatalogue.Packs.MissingField, fields.Pointer, "The playbook has neither playbookId nor exceptionType.", "Give it a playbookId.");
        }

        return playbook;
    }

    private static string NameOf(string name, List<string> types, PlaybookMatch match) =>
        name.Length > 0 ? name : types.Count == 1 ? types[0] : match.ExceptionType ?? "";

    // Managed playbooks count versions 1, 2, 3; authors write 1.2.0.
    private static string? Version(Field? field) => ToolFields.Version(field);

    // conditions.match, conditions itself, or the playbook: each key in one place.
    private static (PlaybookMatch Match, int Priority, bool IsConditional) Match(ObjectFields playbook)
    {
        ObjectFields? conditions = playbook.Find("conditions")?.Object();
        ObjectFields? match = conditions?.Find("match")?.Object();
        Field? Find(string name) =>
            ObjectFields.OnlyOne(ObjectFields.OnlyOne(match?.Find(name), conditions?.Find(name)), playbook.Find(name));

        Field? domain = Find("domain");
        Field? type = ObjectFields.OnlyOne(match?.Find("exceptionType"), conditions?.Find("exceptionType"));
        Field? severity = Find("severity");
        Field? severities = Find("severityIn");
        Field? minutes = Find("slaMinutesRemainingLt");
        Field? tags = Find("policyTags");
        PlaybookMatch read = new()
        {
            Domain = domain?.Text(),
            ExceptionType = type?.Reference(ReferenceKind.TypePattern),
            Severities = Severities(severity, severities),
            SlaMinutesRemainingBelow = minutes?.Number(-1e9, 1e9),
            PolicyTags = tags?.Texts() ?? [],
        };
        int priority = Find("priority")?.Whole(-1_000_000, 1_000_000) ?? 0;
        match?.Close();
        conditions?.Close();
        bool isConditional = domain is not null || type is not null || severity is not null || severities is not null || minutes is not null || tags is not null;
        return (read, priority, isConditional);
    }

    // Both given: both must hold.
    private static IReadOnlyList<Severity> Severities(Field? one, Field? several)
    {
        Severity? only = one?.Word<Severity>();
        List<Severity> listed = [];
        foreach (Field item in several?.Items() ?? [])
        {
            if (item.Word<Severity>() is { } severity && !listed.Contains(severity))
            {
                listed.Add(severity);
            }
        }

        if (several is { IsList: true } && listed.Count == 0)
        {
            several.Value.Warn(ErrorCatalogue.Packs.NoEffect, "The list is empty, so severity is not asked.");
        }

        if (only is null)
        {
            return listed;
        }

        if (listed.Count > 0 && !listed.Contains(only.Value))
        {
            one!.Value.Error(ErrorCatalogue.Packs.NotAllowed, "The severity is not in severity_in, so nothing could ever match."); // not null: it gave only
        }

        return [only.Value];
    }
}
