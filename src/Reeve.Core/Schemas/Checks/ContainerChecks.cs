using Reeve.Core.Patterns;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Checks;

/// <summary><c>minItems</c>, <c>maxItems</c>, <c>minProperties</c> and <c>maxProperties</c>.</summary>
internal sealed class CountCheck(string location, long bound, bool isMaximum) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        ListValue? list = value.ListOrNull();
        int count = list?.Count ?? value.AsMap().Count;
        return (isMaximum ? count <= bound : count >= bound)
            || run.Fail(Location, $"has {count} {(list is null ? "properties" : "items")}, {(isMaximum ? "at most" : "at least")} {bound} are required");
    }
}

/// <summary><c>prefixItems</c> and <c>items</c>.</summary>
internal sealed class ItemsCheck(string location, SchemaNode[] prefix, SchemaNode? rest) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        ReadOnlySpan<Value> items = value.AsList().Items;
        bool valid = true;
        for (int i = 0; i < items.Length; i++)
        {
            SchemaNode? node = i < prefix.Length ? prefix[i] : rest;
            if (node is null)
            {
                break;
            }

            run.Mark(marks, i);
            run.Descend(i);
            valid &= node.Test(items[i], run, default);
            run.Ascend();
            if (!valid && !run.IsCollecting)
            {
                return false;
            }
        }

        return valid;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsCheck(string location, SchemaNode node, long min, long? max) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        ReadOnlySpan<Value> items = value.AsList().Items;
        long found = 0;
        run.Mute();
        for (int i = 0; i < items.Length; i++)
        {
            if (node.Test(items[i], run, default))
            {
                found++;
                run.Mark(marks, i);
                if (!marks.AreWanted && max is null && found >= min)
                {
                    break;
                }
            }
        }

        run.Unmute();
        return (found >= min && !(found > max) && !run.IsExhausted)
            || run.Fail(Location, $"{found} items match what it must contain, {(found < min ? "at least " + min : "at most " + max)} are required");
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueCheck(string location) : Check(location)
{
    // Below this, comparing each with each beats hashing.
    private const int PairsLimit = 16;

    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        ReadOnlySpan<Value> items = value.AsList().Items;
        HashSet<Value>? seen = items.Length > PairsLimit ? new HashSet<Value>(items.Length, JsonEquality.Instance) : null;
        for (int i = 0; i < items.Length; i++)
        {
            if (seen is null ? IsIn(items[..i], items[i]) : !seen.Add(items[i]))
            {
                return run.Fail(Location, $"item {i} equals an earlier one");
            }
        }

        return true;
    }

    private static bool IsIn(ReadOnlySpan<Value> items, in Value value)
    {
        foreach (ref readonly Value item in items)
        {
            if (JsonEquality.AreEqual(item, value))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>required</c>.</summary>
internal sealed class RequiredCheck(string location, string[] names) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        MapValue map = value.AsMap();
        bool valid = true;
        foreach (string name in names)
        {
            if (!map.TryGet(name, out _))
            {
                valid = run.Fail(Location, $"lacks the property '{name}'");
                if (!run.IsCollecting)
                {
                    return false;
                }
            }
        }

        return valid;
    }
}

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>.</summary>
internal sealed class PropertiesCheck(
    string location, Dictionary<string, SchemaNode> named, (Pattern Pattern, SchemaNode Node)[] patterns, SchemaNode? additional) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        MapValue map = value.AsMap();
        bool valid = true;
        for (int i = 0; i < map.Count; i++)
        {
            string key = PlainJson.KeyAt(map, i);
            bool known = named.TryGetValue(key, out SchemaNode? node);
            if (known)
            {
                valid &= TestChild(node!, map, i, key, run, marks); // not null: it was found
            }

            foreach ((Pattern pattern, SchemaNode each) in patterns)
            {
                if (pattern.IsMatch(key))
                {
                    known = true;
                    valid &= TestChild(each, map, i, key, run, marks);
                }
            }

            if (!known && additional is not null)
            {
                valid &= TestChild(additional, map, i, key, run, marks);
            }

            if (!valid && !run.IsCollecting)
            {
                return false;
            }
        }

        return valid;
    }

    private static bool TestChild(SchemaNode node, MapValue map, int index, string key, SchemaRun run, Marks marks)
    {
        run.Mark(marks, index);
        run.Descend(key);
        bool valid = node.Test(map.ValueAt(index), run, default);
        run.Ascend();
        return valid;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class PropertyNamesCheck(string location, SchemaNode node) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        MapValue map = value.AsMap();
        bool valid = true;
        for (int i = 0; i < map.Count; i++)
        {
            string key = PlainJson.KeyAt(map, i);
            run.Descend(key);
            valid &= node.Test(Value.Of(key), run, default);
            run.Ascend();
            if (!valid && !run.IsCollecting)
            {
                return false;
            }
        }

        return valid;
    }
}

/// <summary>One entry of <c>dependentRequired</c>.</summary>
internal sealed class DependentRequiredCheck(string location, string name, string[] others) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        MapValue map = value.AsMap();
        if (!map.TryGet(name, out _))
        {
            return true;
        }

        foreach (string other in others)
        {
            if (!map.TryGet(other, out _))
            {
                return run.Fail(Location, $"has the property '{name}' but lacks '{other}'");
            }
        }

        return true;
    }
}

/// <summary><c>unevaluatedItems</c> and <c>unevaluatedProperties</c>: what no other keyword has looked at.</summary>
internal sealed class UnevaluatedCheck(string location, SchemaNode node, bool ofItems) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        ListValue? list = value.ListOrNull();
        if (list is not null != ofItems || (list is null && value.MapOrNull() is null))
        {
            return true;
        }

        MapValue? map = value.MapOrNull();
        int count = list?.Count ?? map!.Count; // not null: it is one of the two
        bool valid = true;
        for (int i = 0; i < count && (valid || run.IsCollecting); i++)
        {
            if (run.IsMarked(marks, i))
            {
                continue;
            }

            if (list is not null)
            {
                run.Descend(i);
                valid &= node.Test(list[i], run, default);
            }
            else
            {
                run.Descend(PlainJson.KeyAt(map!, i)); // not null: there is no list
                valid &= node.Test(map!.ValueAt(i), run, default);
            }

            run.Ascend();
        }

        run.MarkAll(marks);
        return valid;
    }
}
