using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Checks;

/// <summary>JSON's types as a set.</summary>
[Flags]
internal enum JsonTypes : byte
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Number = Integer | Fraction,
    String = 16,
    Array = 32,
    Object = 64,
    All = Null | Boolean | Number | String | Array | Object,
}

/// <summary>One compiled schema: what a value at its place must satisfy. Built by the compiler, then never changed.</summary>
internal sealed class SchemaNode(Value source, string location, int resource)
{
    private readonly string typeLocation = JsonPointer.Child(location, "type");
    private JsonTypes types = JsonTypes.All;
    private bool isFalse;
    private bool hasDynamicScope;
    private bool wantsMarks;
    private Check[] always = [];
    private Check[] numbers = [];
    private Check[] strings = [];
    private Check[] arrays = [];
    private Check[] objects = [];
    private Check[] last = [];

    /// <summary>The schema as it was written.</summary>
    internal Value Source { get; } = source;

    /// <summary>Its JSON pointer in the document.</summary>
    internal string Location { get; } = location;

    /// <summary>The number of the schema resource it belongs to.</summary>
    internal int Resource { get; } = resource;

    internal JsonTypes Types => types;

    /// <summary>What its <c>$ref</c> or <c>$dynamicRef</c> leads to, or null.</summary>
    internal SchemaNode? Reference { get; set; }

    /// <summary>Its regular expression, or null.</summary>
    internal Patterns.Pattern? Pattern { get; set; }

    /// <summary>The schemas directly below it, by their pointer in the document.</summary>
    internal Dictionary<string, SchemaNode> Children { get; } = [];

    /// <summary>The schema under a keyword, or null.</summary>
    internal SchemaNode? Child(string keyword) => Children.GetValueOrDefault(JsonPointer.Child(Location, keyword));

    /// <summary>The schema under a key of a keyword that holds a map, or null.</summary>
    internal SchemaNode? Child(string keyword, string key) =>
        Children.GetValueOrDefault(JsonPointer.Child(JsonPointer.Child(Location, keyword), key));

    /// <summary>The schemas of a keyword that holds a list.</summary>
    internal SchemaNode[] ChildList(string keyword)
    {
        List<SchemaNode> nodes = [];
        string list = JsonPointer.Child(Location, keyword);
        while (Children.TryGetValue(JsonPointer.Child(list, nodes.Count), out SchemaNode? node))
        {
            nodes.Add(node);
        }

        return [.. nodes];
    }

    /// <summary>Fills the node; called once, when every node exists.</summary>
    internal void Complete(NodeChecks checks, bool hasDynamicScope)
    {
        types = checks.Types;
        isFalse = Source.Kind == ValueKind.Bool && !Source.AsBool();
        always = [.. checks.Always];
        numbers = [.. checks.Numbers];
        strings = [.. checks.Strings];
        arrays = [.. checks.Arrays];
        objects = [.. checks.Objects];
        last = [.. checks.Last];
        wantsMarks = last.Length > 0;
        this.hasDynamicScope = hasDynamicScope;
    }

    /// <summary>Whether the value satisfies this; failures are reported to the run.</summary>
    /// <param name="value">The value.</param>
    /// <param name="run">The validation this is part of.</param>
    /// <param name="marks">Where to note which children of the value were evaluated, if somebody asks.</param>
    internal bool Test(in Value value, SchemaRun run, Marks marks)
    {
        if (!run.Enter(Location))
        {
            return false;
        }

        bool entered = hasDynamicScope && run.EnterResource(Resource);
        bool valid = isFalse ? run.Fail(Location, "is not allowed") : TestEntered(PlainJson.Scalar(value), run, marks);
        if (entered)
        {
            run.LeaveResource();
        }

        run.Leave();
        return valid;
    }

    private bool TestEntered(in Value value, SchemaRun run, Marks marks)
    {
        Check[] own;
        int children = -1;
        JsonTypes type;
        switch (value.Kind)
        {
            case ValueKind.Null: (type, own) = (JsonTypes.Null, []); break;
            case ValueKind.Bool: (type, own) = (JsonTypes.Boolean, []); break;
            case ValueKind.String: (type, own) = (JsonTypes.String, strings); break;
            case ValueKind.List: (type, own, children) = (JsonTypes.Array, arrays, value.AsList().Count); break;
            case ValueKind.Map: (type, own, children) = (JsonTypes.Object, objects, value.AsMap().Count); break;
            default:
                // Only a schema that tells integers from fractions needs to know.
                type = (types & JsonTypes.Number) is JsonTypes.None or JsonTypes.Number ? JsonTypes.Number : TypeOfNumber(value);
                own = numbers;
                break;
        }

        bool valid = (types & type) != JsonTypes.None || run.Fail(typeLocation, $"{Mistyped(type)}");
        if (!valid && !run.IsCollecting)
        {
            return false;
        }

        bool tracks = wantsMarks && children >= 0;
        Marks seen = tracks ? run.NewMarks(children) : marks;
        valid &= All(always, value, run, seen);
        if (valid || run.IsCollecting)
        {
            valid &= All(own, value, run, seen);
        }

        // What earlier keywords left is only known when they are satisfied.
        valid = valid && All(last, value, run, seen);
        if (tracks)
        {
            run.Merge(marks, seen);
            run.Release(seen);
        }

        return valid;
    }

    private static bool All(Check[] checks, in Value value, SchemaRun run, Marks marks)
    {
        bool valid = true;
        foreach (Check check in checks)
        {
            if (!check.Test(value, run, marks))
            {
                valid = false;
                if (!run.IsCollecting)
                {
                    return false;
                }
            }
        }

        return valid;
    }

    private static JsonTypes TypeOfNumber(in Value value) =>
        value.Kind != ValueKind.Double || ExactNumber.IsInteger(value) ? JsonTypes.Integer : JsonTypes.Fraction;

    private string Mistyped(JsonTypes type) => $"is {Names(type)}, expected {Names(types)}";

    private static string Names(JsonTypes types)
    {
        List<string> names = [];
        foreach ((JsonTypes type, string name) in JsonView.TypeNames)
        {
            if ((types & type) == type && (type != JsonTypes.Integer || (types & JsonTypes.Number) == JsonTypes.Integer))
            {
                names.Add(name);
            }
        }

        return names.Count == 0 ? "a number with a fraction" : string.Join(" or ", names);
    }
}

/// <summary>The checks of one node while it is compiled, by the kind of value they look at.</summary>
internal sealed class NodeChecks
{
    internal JsonTypes Types { get; set; } = JsonTypes.All;

    internal List<Check> Always { get; } = [];

    internal List<Check> Numbers { get; } = [];

    internal List<Check> Strings { get; } = [];

    internal List<Check> Arrays { get; } = [];

    internal List<Check> Objects { get; } = [];

    /// <summary>Those that look at what the others left: unevaluatedItems and unevaluatedProperties.</summary>
    internal List<Check> Last { get; } = [];
}

/// <summary>One keyword, or a few that need each other, compiled.</summary>
internal abstract class Check(string location)
{
    /// <summary>The keyword's JSON pointer in the schema document.</summary>
    internal string Location { get; } = location;

    /// <summary>Whether the value satisfies it; a failure has been reported to the run when this returns.</summary>
    internal abstract bool Test(in Value value, SchemaRun run, Marks marks);
}

/// <summary>How values look to JSON Schema.</summary>
internal static class JsonView
{
    internal static readonly (JsonTypes Type, string Name)[] TypeNames =
    [
        (JsonTypes.Null, "null"), (JsonTypes.Boolean, "boolean"), (JsonTypes.Integer, "integer"), (JsonTypes.Number, "number"),
        (JsonTypes.String, "string"), (JsonTypes.Array, "array"), (JsonTypes.Object, "object"),
    ];
}
