using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Checks;

/// <summary><c>$ref</c>: the schema referred to applies to the same value.</summary>
internal sealed class ReferenceCheck(string location, SchemaNode target) : Check(location)
{
    internal SchemaNode Target => target;

    internal override bool Test(in Value value, SchemaRun run, Marks marks) => target.Test(value, run, marks);
}

/// <summary>
/// A <c>$dynamicRef</c> whose fragment is a dynamic anchor: of the resources being applied, the outermost that has that
/// anchor gives the schema.
/// </summary>
internal sealed class DynamicReferenceCheck(string location, SchemaNode target, Dictionary<int, SchemaNode> anchored) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        foreach (int resource in run.Scope)
        {
            if (anchored.TryGetValue(resource, out SchemaNode? node))
            {
                return node.Test(value, run, marks);
            }
        }

        return target.Test(value, run, marks);
    }
}

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfCheck(string location, SchemaNode[] nodes) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        bool valid = true;
        foreach (SchemaNode node in nodes)
        {
            valid &= node.Test(value, run, marks);
            if (!valid && !run.IsCollecting)
            {
                return false;
            }
        }

        return valid;
    }
}

/// <summary><c>anyOf</c> and <c>oneOf</c>.</summary>
internal sealed class ChoiceCheck(string location, SchemaNode[] nodes, bool exactlyOne) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        int matched = 0;
        run.Mute();
        foreach (SchemaNode node in nodes)
        {
            if (Alternative.Holds(node, value, run, marks))
            {
                matched++;

                // Marks want every alternative that holds, not only the first.
                if (exactlyOne ? matched > 1 : !marks.AreWanted)
                {
                    break;
                }
            }
        }

        run.Unmute();
        return (matched == 1 || (matched > 1 && !exactlyOne)) && !run.IsExhausted
            || run.Fail(Location, $"satisfies {(matched == 0 ? "none" : "more than one")} of {nodes.Length} alternatives");
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotCheck(string location, SchemaNode node) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        run.Mute();
        bool holds = node.Test(value, run, default);
        run.Unmute();
        return (!holds && !run.IsExhausted) || run.Fail(Location, "satisfies what it must not");
    }
}

/// <summary><c>if</c>, <c>then</c> and <c>else</c>.</summary>
internal sealed class ConditionCheck(string location, SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        run.Mute();
        bool holds = Alternative.Holds(condition, value, run, marks);
        run.Unmute();
        SchemaNode? chosen = holds ? then : otherwise;
        return !run.IsExhausted && (chosen is null || chosen.Test(value, run, marks));
    }
}

/// <summary>One entry of <c>dependentSchemas</c>.</summary>
internal sealed class DependentSchemaCheck(string location, string name, SchemaNode node) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks) =>
        !value.AsMap().TryGet(name, out _) || node.Test(value, run, marks);
}

/// <summary>Tests a schema that may fail: what a failed one has marked must not count.</summary>
internal static class Alternative
{
    internal static bool Holds(SchemaNode node, in Value value, SchemaRun run, Marks marks)
    {
        if (!marks.AreWanted)
        {
            return node.Test(value, run, default);
        }

        Marks own = run.NewMarks(value.ListOrNull()?.Count ?? value.MapOrNull()?.Count ?? 0);
        bool holds = node.Test(value, run, own);
        if (holds)
        {
            run.Merge(marks, own);
        }

        run.Release(own);
        return holds;
    }
}
