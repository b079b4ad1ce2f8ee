using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Engine.Simulation;

/// <summary>
/// The guardrails that no decision can cite and only runs show, as a test may expect them: written as in a pack, and of a list
/// only what must be in it. Pure.
/// </summary>
internal static class ShownGuardrails
{
    /// <summary>The expected field.</summary>
    internal const string Field = "guardrails";

    /// <summary>What is in force.</summary>
    internal static Value Of(Guardrails inForce) => Value.Of(ObjectMap.Of(
        ("allowLists", Of(inForce.AllowLists)),
        ("blockLists", Of(inForce.BlockLists)),
        ("maxAutoRetries", inForce.MaxAutoRetries is { } retries ? Value.Of((long)retries) : Value.Null)));

    /// <summary>Whether what is expected is in force.</summary>
    internal static bool Meet(in Value expected, Guardrails inForce)
    {
        if (expected.MapOrNull() is not { } map)
        {
            return false;
        }

        for (int i = 0; i < map.Count; i++)
        {
            Value wanted = map.ValueAt(i);
            bool met = Spelling.Fold(map.KeyAt(i).AsString()) switch
            {
                "allow_lists" => Meets(wanted, inForce.AllowLists),
                "block_lists" => Meets(wanted, inForce.BlockLists),
                "max_auto_retries" => inForce.MaxAutoRetries is { } retries ? wanted == Value.Of((long)retries) : wanted.IsNull,
                _ => false,
            };
            if (!met)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The entries of a list that a test names, as <c>allowLists:tools/NAME</c>; a bare list names tools.</summary>
    internal static ToolList? Named(in Value list) =>
        list.ListOrNull() is not null ? new ToolList(Texts(list), [])
        : list.MapOrNull() is { } map ? new ToolList(Texts(Member(map, "tools")), Texts(Member(map, "actions")))
        : null;

    private static bool Meets(in Value expected, ToolList? inForce) =>
        expected.IsNull ? inForce is null or { IsEmpty: true }
        : Named(expected) is { } wanted && inForce is not null && wanted.Tools.All(inForce.Tools.Contains) && wanted.Actions.All(inForce.Actions.Contains);

    private static Value Member(MapValue map, string name) => map.TryGet(name, out Value value) ? value : Value.Null;

    private static List<string> Texts(in Value list)
    {
        List<string> texts = [];
        for (int i = 0; i < (list.ListOrNull()?.Count ?? 0); i++)
        {
            // What is no text is in no list.
            texts.Add(list.AsList()[i].StringOrNull() ?? "");
        }

        return texts;
    }

    private static Value Of(ToolList? list) =>
        list is null ? Value.Null : Value.Of(ObjectMap.Of(("tools", Of(list.Tools)), ("actions", Of(list.Actions))));

    private static Value Of(IReadOnlyList<string> names) => Value.Of(new ListValue([.. names.Select(name => Value.Of(name))]));
}
