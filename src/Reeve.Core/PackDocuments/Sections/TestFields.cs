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
    // What cases alone belong to.
    private const string LooseOfDomain = "default";
    private const string LooseOfTenant = "policy";

    /// <summary>Reads suites.</summary>
    /// <param name="section">The list of them.</param>
    /// <param name="fromTenant">Whether they are a policy's: its cases may leave their input to those they restate, and name types that only a domain pack knows.</param>
    internal static IReadOnlyList<TestSuite> Read(Field? section, bool fromTenant)
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
                TestSuite suite = Suite(fields, suites.Count + 1, fromTenant);
                if (suites.Exists(other => other.SuiteId == suite.SuiteId))
                {
                    item.Error(ErrorCatalogue.Packs.DuplicateName, $"Two suites have the id {Shown.Name(suite.SuiteId)}.");
                }

                suites.Add(suite);
                fields.Close();
            }
            else
            {
                Add(loose, item, fields, asOf: null, fromTenant);
            }
        }

        return loose.Count == 0 ? suites
            : [.. suites, new TestSuite(fromTenant ? LooseOfTenant : LooseOfDomain, loose) { IsNamed = !fromTenant }];
    }

    private static TestSuite Suite(ObjectFields fields, int position, bool fromTenant)
    {
        string? id = fields.Find("suiteId")?.TextOrNumber();
        DateTimeOffset? asOf = Time(fields.Find("asOf"));
        List<TestCase> cases = [];
        foreach (Field entry in fields.Require("cases")?.Items() ?? [])
        {
            Add(cases, entry, entry.Object(), asOf, fromTenant);
        }

        return new TestSuite(id ?? position.ToString(CultureInfo.InvariantCulture), cases) { IsNamed = id is not null, AsOf = asOf };
    }

    // Without an offset it would be another moment for everybody.
    private static DateTimeOffset? Time(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (TimeText.HasOffset(text) && TimeText.TryRead(text, out DateTimeOffset time))
        {
            return time;
        }

        field.Value.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a time with its offset.", "Write it as ISO 8601, such as 2026-01-31T09:30:00Z.");
        return null;
    }

    private static void Add(List<TestCase> cases, Field field, ObjectFields? fields, DateTimeOffset? asOf, bool fromTenant)
    {
        if (fields is null)
        {
            return;
        }

        string? id = fields.Find("caseId")?.TextOrNumber();
        List<PackReference> types = [];
        Value? input = Input(fields, fromTenant, types);
        Field? playbook = fields.Find("expectedPlaybookId");

        // Not checked against the pack: the playbook may be one that a tenant adds. A case that expects what nobody has fails.
        string? playbookId = playbook?.Text();
        ObjectMap output = fields.Find("expectedOutput") is { } expected ? Output(expected, types) : ObjectMap.Empty;
        _ = fields.FindAny("description", "name")?.Prose();
        fields.Close();
        string shownId = id ?? (cases.Count + 1).ToString(CultureInfo.InvariantCulture);
        if (cases.Exists(other => other.CaseId == shownId))
        {
            field.Error(ErrorCatalogue.Packs.DuplicateName, $"Two cases have the id {Shown.Name(shownId)}.");
        }

        if (!fromTenant)
        {
            foreach (PackReference type in types)
            {
                field.Notes.Refer(type.Kind, type.Name, type.Pointer);
            }
        }

        if (input is { } given)
        {
            cases.Add(new TestCase
            {
                CaseId = shownId,
                IsNamed = id is not null,
                Input = given,
                AsOf = asOf,
                ExpectedPlaybookId = playbookId is null ? null : new PlaybookId(playbookId),
                ExpectsNoPlaybook = playbook is null && fields.Has("expectedPlaybookId"),
                ExpectedOutput = output,
                Pointer = field.Pointer,
                NamedTypes = fromTenant ? types : [],
            });
        }
    }

    // Null when it is wrong; a null value when it is left to the case that this one restates.
    private static Value? Input(ObjectFields fields, bool fromTenant, List<PackReference> types)
    {
        Field? raw = fields.Find("input");
        Field? type = fields.Find("inputExceptionType");
        if (ObjectFields.OnlyOne(raw, type) is null)
        {
            if (fromTenant)
            {
                return Value.Null;
            }

            fields.Require("input");
            return null;
        }

        if (type is { } named && TypeName(named, types) is { } name)
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
    private static ObjectMap Output(Field field, List<PackReference> types)
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
                _ = TypeName(member, types);
            }
            else if (Spelling.Same(map.Keys[i], "severity"))
            {
                _ = member.Word<Severity>();
            }
        }

        return map;
    }

    private static string? TypeName(Field field, List<PackReference> types)
    {
        string? name = field.Text();
        if (name is not null)
        {
            types.Add(new PackReference(ReferenceKind.ExceptionType, name, Shown.Pointer(field.Pointer)));
        }

        return name;
    }
}
