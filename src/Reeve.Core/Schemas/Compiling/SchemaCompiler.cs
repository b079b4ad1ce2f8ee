using Reeve.Core.Errors;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>The second pass: resolves references, builds the checks of every node, and refuses references without end.</summary>
internal static class SchemaCompiler
{
    // References that follow one another without a value below; also what keeps the search for circles off the stack's end.
    private const int MaxChain = 500;

    private static readonly string[] InPlaceKeywords = ["not", "if", "then", "else"];

    /// <exception cref="ReeveErrorsException">SCHEMA-001 to SCHEMA-008.</exception>
    internal static SchemaNode Compile(in Value schema)
    {
        SchemaIndex index = SchemaIndex.Of(schema);
        bool hasDynamicScope = index.Nodes.Any(node => node.Source.MapOrNull()?.TryGet("$dynamicRef", out _) == true);
        foreach (SchemaNode node in index.Nodes)
        {
            NodeChecks checks = new();
            if (node.Source.MapOrNull() is { } map)
            {
                new NodeCompiler(index, node, map, checks).Run();
            }

            node.Complete(checks, hasDynamicScope);
        }

        if (index.Errors.Count == 0)
        {
            RefuseEndless(index);
        }

        return index.Errors.Count == 0 ? index.Nodes[0] : throw new ReeveErrorsException(index.Errors);
    }

    // A circle of schemas that all apply to one value would never end. Dynamic references are left to the limits of the
    // run: where they lead is only known there.
    private static void RefuseEndless(SchemaIndex index)
    {
        Dictionary<SchemaNode, bool> done = [];
        foreach (SchemaNode node in index.Nodes)
        {
            Visit(node, 0);
        }

        void Visit(SchemaNode node, int depth)
        {
            if (depth > MaxChain)
            {
                index.Report(ErrorCatalogue.Schemas.TooDeep, node.Location, $"More than {MaxChain} schemas follow one another for the same value.");
                return;
            }

            if (done.TryGetValue(node, out bool finished))
            {
                if (!finished)
                {
                    index.Report(ErrorCatalogue.Schemas.EndlessReference, node.Location, "The schema leads back to itself for the same value.");
                }

                return;
            }

            done.Add(node, false);
            foreach (SchemaNode next in InPlace(node))
            {
                Visit(next, depth + 1);
            }

            done[node] = true;
        }
    }

    private static IEnumerable<SchemaNode> InPlace(SchemaNode node)
    {
        if (node.Source.MapOrNull() is not { } map)
        {
            yield break;
        }

        if (node.Reference is { } target && map.TryGet("$ref", out _))
        {
            yield return target;
        }

        foreach (string keyword in InPlaceKeywords)
        {
            if (node.Child(keyword) is { } child)
            {
                yield return child;
            }
        }

        foreach (SchemaNode child in (IEnumerable<SchemaNode>)[.. node.ChildList("allOf"), .. node.ChildList("anyOf"), .. node.ChildList("oneOf")])
        {
            yield return child;
        }

        if (map.TryGet("dependentSchemas", out Value dependent) && dependent.MapOrNull() is { } schemas)
        {
            for (int i = 0; i < schemas.Count; i++)
            {
                if (node.Child("dependentSchemas", PlainJson.KeyAt(schemas, i)) is { } child)
                {
                    yield return child;
                }
            }
        }
    }
}
