using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>A pack's own tests: suites of cases, or cases without a suite.</summary>
internal static class TestFields
{
    // What a case of its own belongs to when the pack names no suite.
    private const string UnnamedSuite = "default";

    internal static IReadOnlyList<TestSuite> Read(Field? section)
    {
        List<TestSuite> suites = [];
        List<TestCase> loose = [];
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is not { } fields)
            {
                continue;
            }

            if (fields.Has("cases") || fields.Has("suiteId"))
            {
                string id = fields.Find("suiteId")?.TextOrNumber() ?? (suites.Count + 1).ToString(CultureInfo.InvariantCulture);
                List<TestCase> cases = [];
                foreach (Field entry in fields.Require("cases")?.Items() ?? [])
                {
                    Add(cases, entry, entry.Object());
                }

                if (suites.Exists(suite => suite.SuiteId == id))
                {
                    item.Error(ErrorCatalogue.Packs.DuplicateName, $"Two suites have the id {Shown.Name(id)}.");
                }

                suites.Add(new TestSuite(id, cases));
                fields.Close();
            }
            else
            {
                Add(loose, item, fields);
            }
        }

        return loose.Count == 0 ? suites : [.. suites, new TestSuite(UnnamedSuite, loose)];
    }

    private static void Add(List<TestCase> cases, Field field, ObjectFields? fields)
    {
        if (fields is null)
        {
            return;
        }

        string id = fields.Find("caseId")?.TextOrNumber() ?? (cases.Count + 1).ToString(CultureInfo.InvariantCulture);
        Value? input = Input(fields);
        Field? playbook = fields.Find("expectedPlaybookId");

        // Not checked against the pack: the playbook may be one that a tenant adds. A case that expects what nobody has fails.
        string? playbookId = playbook?.Text();
        ObjectMap output = fields.Find("expectedOutput") is { } expected ? Output(expected) : ObjectMap.Empty;
        _ = fields.FindAny("description", "name")?.Prose();
        fields.Close();
        if (cases.Exists(other => other.CaseId == id))
        {
            field.Error(ErrorCatalogue.Packs.DuplicateName, $"Two cases have the id {Shown.Name(id)}.");
        }

        if (input is { } given)
        {
            cases.Add(new TestCase
            {
                CaseId = id,
                Input = given,
                ExpectedPlaybookId = playbookId is null ? null : new PlaybookId(playbookId),
                ExpectsNoPlaybook = playbook is null && fields.Has("expectedPlaybookId"),
                ExpectedOutput = output,
            });
        }
    }

    private static Value? Input(ObjectFields fields)
    {
        Field? raw = fields.Find("input");
        Field? type = fields.Find("inputExceptionType");
        if (ObjectFields.OnlyOne(raw, type) is null)
        {
            fields.Require("input");
            return null;
        }

        if (type?.Reference(ReferenceKind.ExceptionType) is { } name)
        {
            return Value.Of(ObjectMap.Of(("exceptionType", Value.Of(name)), ("rawPayload", Value.Of(ObjectMap.Empty))));
        }

        return raw is { IsList: true } several ? Sequence(several) : raw?.Map() is { } map ? Value.Of(map) : null;
    }

    // A list is a sequence of arrivals of which the last is judged.
    private static Value? Sequence(Field list)
    {
        List<Value> items = [];
        foreach (Field item in list.Items())
        {
            if (item.Map() is { } map)
            {
                items.Add(Value.Of(map));
            }
        }

        return items.Count == 0 ? null : Value.Of(new ListValue([.. items]));
    }

    // Whatever the outcome has may be expected; what surely can never hold is refused here.
    private static ObjectMap Output(Field field)
    {
        if (field.Map() is not { } map)
        {
            return ObjectMap.Empty;
        }

        for (int i = 0; i < map.Count; i++)
        {
            Field member = new(map.Values[i], JsonPointer.Child(field.Pointer, map.Keys[i]), field.Notes);
            if (member.Value.IsNull)
            {
                continue;
            }

            if (Spelling.Same(map.Keys[i], "exceptionType"))
            {
                _ = member.Reference(ReferenceKind.ExceptionType);
            }
            else if (Spelling.Same(map.Keys[i], "severity"))
            {
                _ = member.Word<Severity>();
            }
        }

        return map;
    }
}
