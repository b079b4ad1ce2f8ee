using Reeve.Core.Errors;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.JsonPaths;

// Conditions of filters. Null stands for the RFC's Nothing; JSON null is a Value.
internal sealed partial class PathWalk
{
    // Making a tree for a pattern from the document costs about as much as looking at this many nodes.
    private const int PatternCost = 5_000;

    // Characters looked at for the price of one node.
    private const int CharactersPerNode = 64;

    private (string Text, bool Whole, Pattern? Pattern)? lastPattern;

    private bool Holds(Logical condition, in Value current)
    {
        switch (condition)
        {
            case AnyOf any:
                foreach (Logical part in any.Parts)
                {
                    if (Holds(part, current))
                    {
                        return true;
                    }
                }

                return false;
            case AllOf all:
                foreach (Logical part in all.Parts)
                {
                    if (!Holds(part, current))
                    {
                        return false;
                    }
                }

                return true;
            case Negation not: return !Holds(not.Part, current);
            case Existence exists:
                bool found = false;
                Run(exists.Query, current, (in Value _) => found = true);
                return found;
            case PatternTest test: return Matches(test, current);
            default:
                Comparison comparison = (Comparison)condition;
                return Compare(comparison.Operator, Evaluate(comparison.Left, current), Evaluate(comparison.Right, current));
        }
    }

    private Value? Evaluate(Operand operand, in Value current)
    {
        switch (operand)
        {
            case LiteralOperand literal: return literal.Value;
            case NodeOperand node:
                Value? selected = null;
                Run(node.Query, current, (in Value value) =>
                {
                    selected = value;
                    return true;
                });
                return selected;
            case LengthOperand length: return Length(Evaluate(length.Of, current));
            case CountOperand count:
                long nodes = 0;
                Run(count.Query, current, (in Value _) =>
                {
                    nodes++;
                    return false;
                });
                return Value.Of(nodes);
            default:
                Value? sole = null;
                bool several = false;
                Run(((SoleValueOperand)operand).Query, current, (in Value value) =>
                {
                    several = sole is not null;
                    sole = value;
                    return several;
                });
                return several ? null : sole;
        }
    }

    private Value? Length(Value? of)
    {
        if (of is not { } value)
        {
            return null;
        }

        switch (value.Kind)
        {
            case ValueKind.List: return Value.Of((long)value.AsList().Count);
            case ValueKind.Map: return Value.Of((long)value.AsMap().Count);
            case ValueKind.String:
                string text = value.AsString();
                Spend(text.Length / CharactersPerNode);
                long scalars = 0;
                foreach (char c in text)
                {
                    scalars += char.IsLowSurrogate(c) ? 0 : 1;
                }

                return Value.Of(scalars);
            default: return null;
        }
    }

    // RFC 9535, section 2.4.6: not a string, or not a pattern, is a plain false.
    private bool Matches(PatternTest test, in Value current)
    {
        if (Evaluate(test.Input, current)?.StringOrNull() is not { } input)
        {
            return false;
        }

        Pattern? pattern = test.Compiled;
        if (pattern is null && Evaluate(test.PatternText, current)?.StringOrNull() is { } text)
        {
            pattern = FromDocument(text, test.Whole);
        }

        return pattern is not null && Spend(input.Length / CharactersPerNode) && pattern.IsMatch(input);
    }

    private Pattern? FromDocument(string text, bool whole)
    {
        if (lastPattern is { } last && last.Whole == whole && last.Text == text)
        {
            return last.Pattern;
        }

        if (!Spend(PatternCost))
        {
            return null;
        }

        Pattern? pattern;
        try
        {
            pattern = IRegexp.Compile(text, whole);
        }
        catch (ReeveException)
        {
            pattern = null;
        }

        lastPattern = (text, whole, pattern);
        return pattern;
    }

    // RFC 9535, section 2.3.5.2.2.
    private bool Compare(Comparator comparator, Value? left, Value? right) => comparator switch
    {
        Comparator.Equal => AreEqual(left, right),
        Comparator.NotEqual => !AreEqual(left, right),
        Comparator.Less => IsLess(left, right),
        Comparator.Greater => IsLess(right, left),
        Comparator.LessOrEqual => IsLess(left, right) || AreEqual(left, right),
        _ => IsLess(right, left) || AreEqual(left, right),
    };

    private bool AreEqual(Value? left, Value? right) =>
        left is { } one && right is { } other ? AreEqual(one, other) : left is null && right is null;

    private bool AreEqual(in Value left, in Value right)
    {
        if (!Spend(1))
        {
            return false;
        }

        if (left.ListOrNull() is { } items)
        {
            return right.ListOrNull() is { } others && ListsEqual(items, others);
        }

        if (left.MapOrNull() is { } map)
        {
            return right.MapOrNull() is { } other && MapsEqual(map, other);
        }

        return (left.StringOrNull() is not { } text || Spend(text.Length / CharactersPerNode)) && left.Equals(right);
    }

    private bool ListsEqual(ListValue left, ListValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool MapsEqual(MapValue left, MapValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!right.TryGet(left.KeyAt(i), out Value other) || !AreEqual(left.ValueAt(i), other))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsLess(Value? left, Value? right)
    {
        if (left is not { } one || right is not { } other)
        {
            return false;
        }

        if (one.StringOrNull() is { } text && other.StringOrNull() is { } otherText)
        {
            return Spend(Math.Min(text.Length, otherText.Length) / CharactersPerNode) && IsBefore(text, otherText);
        }

        return ValueEquality.CompareNumbers(one, other) < 0;
    }

    // By Unicode scalar values: UTF-16 would put U+10000 and above before U+E000.
    private static bool IsBefore(string left, string right)
    {
        int shared = Math.Min(left.Length, right.Length);
        for (int i = 0; i < shared; i++)
        {
            char one = left[i];
            char other = right[i];
            if (one != other)
            {
                bool oneIsPart = char.IsSurrogate(one);
                return oneIsPart == char.IsSurrogate(other) ? one < other : !oneIsPart;
            }
        }

        return left.Length < right.Length;
    }
}
