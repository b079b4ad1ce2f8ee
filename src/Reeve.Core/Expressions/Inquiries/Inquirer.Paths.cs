using System.Globalization;
using System.Text;
using Reeve.Core.Expressions.Nodes;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <content>What a part of an expression is: a constant, a path, or neither.</content>
internal sealed partial class Inquirer
{
    // A list index that data could have; more would cost a list of that length for each try.
    private const int MaxIndex = 16;

    private const int MaxRelated = 128;

    private static readonly int ExceptionSlot = RootNames.SlotOf("exception");

    // A variable of a macro: a constant, elements of a path, or (both null) something unknown.
    private sealed record Bound(Value? Constant, List<PathPart>? Path);

    private abstract record Term
    {
        internal sealed record Fixed(Value Value) : Term;

        // Through: the function that the value passes; null when it is taken as it is.
        internal sealed record Read(List<PathPart> Path, string? Through) : Term;

        internal sealed record Other : Term
        {
            internal static readonly Other Instance = new();
        }
    }

    private Term Resolve(Ast ast)
    {
        if (PathOf(ast) is { } path)
        {
            return new Term.Read(path, null);
        }

        if (Constant(ast) is { } value)
        {
            return new Term.Fixed(value);
        }

        return ast switch
        {
            CallAst { Function: "size", Target: null, Arguments: [{ } of] } when PathOf(of) is { } measured => new Term.Read(measured, "size"),
            CallAst { Function: "size" or "lowerAscii" or "upperAscii" or "trim", Target: { } of, Arguments: [] } call when PathOf(of) is { } passed =>
                new Term.Read(passed, call.Function),
            _ => Term.Other.Instance,
        };
    }

    // The value of a part that reads no data; null when it does, or has none.
    private Value? Constant(Ast ast)
    {
        switch (ast)
        {
            case LiteralAst literal: return literal.Value;
            case NameAst name when Find(name) is { } variable: return variable.Constant;
        }

        if (bound.Count > 0 ? !IsLiteral(ast) : PathCollector.Collect(ast).Count > 0)
        {
            return null;
        }

        Value value = new NodeBuilder(current!.Text, current.Mode, deferUnknownFunctions: false).Build(ast) is ConstantNode constant // not null: set before anything is read
            ? constant.Value
            : Value.Of(new ValueError("", "", 0));
        return value.IsError ? null : value;
    }

    private static bool IsLiteral(Ast ast) => ast switch
    {
        LiteralAst => true,
        ListAst or MapAst or OperatorAst => AstChildren.Of(ast).All(IsLiteral),
        _ => false,
    };

    private Bound? Find(NameAst name)
    {
        for (int i = bound.Count - 1; i >= 0 && !name.IsAbsolute; i--)
        {
            if (bound[i].Name == name.Name)
            {
                return bound[i].Is;
            }
        }

        return null;
    }

    private List<PathPart>? PathOf(Ast ast)
    {
        switch (ast)
        {
            case NameAst name: return Find(name) is { } variable ? variable.Path : Root(name.Name);
            case SelectAst select: return Extend(PathOf(select.Operand), PathPart.Field(select.Field));
            case IndexAst { Key: LiteralAst key } index when key.Value.StringOrNull() is { } field: return Extend(PathOf(index.Operand), PathPart.Field(field));
            case IndexAst { Key: LiteralAst { Value: { Kind: ValueKind.Int } at } } index when at.AsInt() is >= 0 and <= int.MaxValue:
                return Extend(PathOf(index.Operand), PathPart.At((int)at.AsInt()));
            default: return null;
        }
    }

    private static List<PathPart> Root(string name) =>
        [PathPart.Field(RootNames.SlotOf(name) is >= 0 and var slot ? RootNames.NameOf(slot) : name)];

    // exception.x is x, where x is a field of the record.
    private static List<PathPart>? Extend(List<PathPart>? path, PathPart part)
    {
        if (path is null)
        {
            return null;
        }

        if (path is [{ Name: "exception" }] && RootNames.SlotOf(part.Name) is >= 0 and var slot && slot < ExceptionSlot)
        {
            return [PathPart.Field(RootNames.NameOf(slot))];
        }

        return [.. path, part];
    }

    private PathUses Use(List<PathPart> path, int position)
    {
        string key = string.Join('\u0001', path.Select(part => part.Kind + "\u0002" + part.Name + part.Index.ToString(CultureInfo.InvariantCulture)));
        if (!byKey.TryGetValue(key, out PathUses? use))
        {
            use = new PathUses(path, Shown(path), position);
            byKey[key] = use;
            uses.Add(use);
        }

        return use;
    }

    private static string Shown(List<PathPart> path)
    {
        StringBuilder text = new();
        foreach (PathPart part in path)
        {
            _ = part.Kind switch
            {
                PathPartKind.Any => text.Append("[*]"),
                PathPartKind.Index => text.Append(CultureInfo.InvariantCulture, $"[{part.Index}]"),
                _ when text.Length == 0 => text.Append(part.Name),
                _ => text.Append('.').Append(part.Name),
            };
        }

        return text.ToString();
    }

    // What holds of several paths together. That x is looked for in normalizedContext and then in rawPayload is not of it: tried
    // as three fields, they are given everything that they can be together, and more. So many paths that comparing each with
    // each would take long are too many to try, too.
    private void Relate()
    {
        foreach (PathUses use in uses)
        {
            use.IsOpaque |= uses.Count > MaxRelated;
        }

        foreach (PathUses use in uses.Count > MaxRelated ? [] : uses)
        {
            string root = use.Parts[0].Name;
            use.IsOpaque |= root is "now" or "timestamp" or "auditTrail";
            use.IsOpaque |= use.Parts.Count == 1 && root is "rawPayload" or "normalizedContext" or "exception" or "steps";

            // These have the values that there can be and no made-up ones, so that what is compared with them has no list of its own.
            use.IsOpaque |= use.Linked.Count > 0 && use.Parts is [{ Name: "exceptionType" or "severity" }];
            use.IsOpaque |= use.Parts.Any(part => part.Kind == PathPartKind.Any || part.Index > MaxIndex);
            foreach (PathUses other in uses)
            {
                if (other.Parts.Count > use.Parts.Count && use.Parts.SequenceEqual(other.Parts.Take(use.Parts.Count)))
                {
                    use.LeadsOn = true;
                    use.IsOpaque |= use.Members.Count > 0 || use.Sizes.Count > 0 || use.IsTyped || use.Linked.Count > 0;
                }
            }
        }
    }
}
