using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.JsonPaths;

/// <summary>What a query that only asks "is there anything?" found out.</summary>
public enum PathAnswer : byte
{
    /// <summary>It selects nothing.</summary>
    Nothing,

    /// <summary>It selects at least one node.</summary>
    Something,

    /// <summary>It looked at more nodes than <see cref="JsonPath.CostLimit"/> before it knew.</summary>
    Unknown,
}

/// <summary>
/// A compiled JSONPath query (RFC 9535, the registered functions included). Immutable, thread-safe. It executes nothing,
/// its cost is bounded, and its patterns never backtrack, so a hostile document or path can only make it give up.
/// </summary>
public sealed class JsonPath
{
    /// <summary>How many nodes one evaluation looks at before it gives up. A payload of 1 MiB holds at most some 500,000.</summary>
    public const int CostLimit = 1_000_000;

    private readonly PathQuery query;

    private JsonPath(string text, PathQuery query)
    {
        Text = text;
        this.query = query;
    }

    /// <summary>The query as written.</summary>
    public string Text { get; }

    /// <summary>The names of members that the query follows outside of filters, in order. Every node it selects lies below all of them.</summary>
    public IReadOnlyList<string> MemberNames =>
        [.. query.Segments.Where(segment => segment.Selectors.Length == 1).Select(segment => segment.Selectors[0]).OfType<NameSelector>().Select(selector => selector.Name)];

    /// <summary>Compiles a query.</summary>
    /// <exception cref="ReeveException">PATH-001 to PATH-004, with line and column.</exception>
    public static JsonPath Compile(string text) => new(text, PathParser.Parse(text));

    /// <summary>Whether the query selects at least one node; stops at the first.</summary>
    public PathAnswer Ask(Value root)
    {
        PathWalk walk = new(root, CostLimit);
        bool found = false;
        walk.Run(query, root, (in Value _) => found = true);
        return found ? PathAnswer.Something : walk.IsExhausted ? PathAnswer.Unknown : PathAnswer.Nothing;
    }

    /// <summary>
    /// Every node the query selects, in the order of RFC 9535 (members of an object in the order of the source), repeated
    /// where the query selects one twice.
    /// </summary>
    /// <exception cref="ReeveException">PATH-005: the query costs more than <see cref="CostLimit"/> on this document.</exception>
    public IReadOnlyList<Value> Select(Value root)
    {
        PathWalk walk = new(root, CostLimit);
        List<Value> nodes = [];
        walk.Run(query, root, (in Value node) =>
        {
            nodes.Add(node);
            return false;
        });
        if (walk.IsExhausted)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.JsonPath.CostExceeded,
                $"The path looked at more than {CostLimit} nodes of the document.",
                Shown.Short(Text, 80)));
        }

        return nodes;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
