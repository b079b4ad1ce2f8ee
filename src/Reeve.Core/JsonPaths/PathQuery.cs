using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.JsonPaths;

/// <summary>A query: where it starts, and the segments that lead on from there.</summary>
/// <param name="FromRoot">Whether it starts at <c>$</c>, else at the current node <c>@</c>.</param>
/// <param name="Segments">In order.</param>
internal sealed record PathQuery(bool FromRoot, Segment[] Segments)
{
    /// <summary>Whether it can select one node at most: child segments of one name or index each.</summary>
    internal bool IsSingular => Array.TrueForAll(Segments, segment =>
        !segment.Descendant && segment.Selectors is [NameSelector or IndexSelector]);
}

/// <summary>One step of a query; a descendant segment applies to the node itself and all below it.</summary>
internal sealed record Segment(bool Descendant, Selector[] Selectors);

/// <summary>What a segment picks from the children of a node.</summary>
internal abstract record Selector;

/// <summary><c>'name'</c>.</summary>
internal sealed record NameSelector(string Name) : Selector;

/// <summary><c>*</c>.</summary>
internal sealed record WildcardSelector : Selector;

/// <summary><c>3</c>; a negative index counts from the end.</summary>
internal sealed record IndexSelector(long Index) : Selector;

/// <summary><c>start:end:step</c>; null means not given.</summary>
internal sealed record SliceSelector(long? Start, long? End, long Step) : Selector;

/// <summary><c>?condition</c>.</summary>
internal sealed record FilterSelector(Logical Condition) : Selector;

/// <summary>A condition of a filter.</summary>
internal abstract record Logical;

/// <summary><c>a || b</c>.</summary>
internal sealed record AnyOf(Logical[] Parts) : Logical;

/// <summary><c>a &amp;&amp; b</c>.</summary>
internal sealed record AllOf(Logical[] Parts) : Logical;

/// <summary><c>!a</c>.</summary>
internal sealed record Negation(Logical Part) : Logical;

/// <summary>A query that stands alone: true if it selects anything.</summary>
internal sealed record Existence(PathQuery Query) : Logical;

/// <summary><c>a == b</c> and the other five.</summary>
internal sealed record Comparison(Comparator Operator, Operand Left, Operand Right) : Logical;

/// <summary><c>match(a, 'pattern')</c> or <c>search(a, 'pattern')</c>.</summary>
/// <param name="Whole">Whether the whole string must match (match), else a part (search).</param>
/// <param name="Input">The string.</param>
/// <param name="PatternText">The pattern.</param>
/// <param name="Compiled">The pattern's tree when it is a literal; null when it comes from the document.</param>
internal sealed record PatternTest(bool Whole, Operand Input, Operand PatternText, Pattern? Compiled) : Logical;

/// <summary>The six comparisons of RFC 9535, section 2.3.5.2.2.</summary>
internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Something with a value, or with the RFC's special result Nothing.</summary>
internal abstract record Operand;

/// <summary>A string, number, true, false or null.</summary>
internal sealed record LiteralOperand(Value Value) : Operand;

/// <summary>The node that a singular query selects.</summary>
internal sealed record NodeOperand(PathQuery Query) : Operand;

/// <summary><c>length(a)</c>.</summary>
internal sealed record LengthOperand(Operand Of) : Operand;

/// <summary><c>count(query)</c>.</summary>
internal sealed record CountOperand(PathQuery Query) : Operand;

/// <summary><c>value(query)</c>: the node if the query selects exactly one.</summary>
internal sealed record SoleValueOperand(PathQuery Query) : Operand;
