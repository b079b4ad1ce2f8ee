using Reeve.Core.Expressions.Functions;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>One node of a parsed expression; lives only while the expression is checked and compiled.</summary>
internal abstract class Ast(int position, int depth)
{
    /// <summary>Zero-based offset in the text that errors about this node name.</summary>
    internal int Position { get; } = position;

    /// <summary>The longest way down to a leaf, itself included.</summary>
    internal int Depth { get; } = depth;
}

/// <summary>A constant.</summary>
internal sealed class LiteralAst(int position, Value value) : Ast(position, 1)
{
    internal Value Value { get; } = value;
}

/// <summary>A name; <paramref name="isAbsolute"/> for <c>.name</c>, which no loop variable hides.</summary>
internal sealed class NameAst(int position, string name, bool isAbsolute = false) : Ast(position, 1)
{
    internal string Name { get; } = name;

    internal bool IsAbsolute { get; } = isAbsolute;
}

/// <summary><c>operand.field</c>, or <c>operand.?field</c>.</summary>
internal sealed class SelectAst(int position, Ast operand, string field, bool isOptional) : Ast(position, operand.Depth + 1)
{
    internal Ast Operand { get; } = operand;

    internal string Field { get; } = field;

    internal bool IsOptional { get; } = isOptional;
}

/// <summary><c>operand[key]</c>, or <c>operand[?key]</c>.</summary>
internal sealed class IndexAst(int position, Ast operand, Ast key, bool isOptional) : Ast(position, Math.Max(operand.Depth, key.Depth) + 1)
{
    internal Ast Operand { get; } = operand;

    internal Ast Key { get; } = key;

    internal bool IsOptional { get; } = isOptional;
}

/// <summary><c>has(operand)</c>: whether a path leads to something.</summary>
internal sealed class HasAst(int position, Ast operand) : Ast(position, operand.Depth + 1)
{
    internal Ast Operand { get; } = operand;
}

/// <summary>A unary or binary operator.</summary>
internal sealed class OperatorAst(int position, Operator kind, Ast left, Ast? right) : Ast(position, Math.Max(left.Depth, right?.Depth ?? 0) + 1)
{
    internal Operator Kind { get; } = kind;

    internal Ast Left { get; } = left;

    internal Ast? Right { get; } = right;
}

/// <summary>The operators, each with CEL's name for it in <see cref="Operators"/>.</summary>
internal enum Operator : byte
{
    And,
    Or,
    Not,
    Negate,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// <summary>Names of operators.</summary>
internal static class Operators
{
    private static readonly string[] Symbols = ["&&", "||", "!", "-", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"];

    /// <summary>How the operator is written.</summary>
    internal static string Symbol(Operator kind) => Symbols[(int)kind];
}

/// <summary><c>condition ? then : otherwise</c>.</summary>
internal sealed class ConditionalAst(int position, Ast condition, Ast then, Ast otherwise)
    : Ast(position, Math.Max(condition.Depth, Math.Max(then.Depth, otherwise.Depth)) + 1)
{
    internal Ast Condition { get; } = condition;

    internal Ast Then { get; } = then;

    internal Ast Otherwise { get; } = otherwise;
}

/// <summary>A call of a function; the target of <c>target.name(…)</c> is null for <c>name(…)</c>.</summary>
internal sealed class CallAst(int position, string function, Ast? target, Ast[] arguments)
    : Ast(position, Math.Max(target?.Depth ?? 0, AstDepth.Of(arguments)) + 1)
{
    internal string Function { get; } = function;

    internal Ast? Target { get; } = target;

    internal Ast[] Arguments { get; } = arguments;
}

/// <summary>A list; <paramref name="optional"/> marks the elements written <c>?element</c>, null when there is none.</summary>
internal sealed class ListAst(int position, Ast[] elements, bool[]? optional) : Ast(position, AstDepth.Of(elements) + 1)
{
    internal Ast[] Elements { get; } = elements;

    internal bool[]? Optional { get; } = optional;
}

/// <summary>A map; <paramref name="optional"/> marks the entries written <c>?key: value</c>, null when there is none.</summary>
internal sealed class MapAst(int position, Ast[] keys, Ast[] values, bool[]? optional)
    : Ast(position, Math.Max(AstDepth.Of(keys), AstDepth.Of(values)) + 1)
{
    internal Ast[] Keys { get; } = keys;

    internal Ast[] Values { get; } = values;

    internal bool[]? Optional { get; } = optional;
}

/// <summary>A message, <c>Type{field: value}</c>.</summary>
internal sealed class MessageAst(int position, string typeName, string[] fields, Ast[] values) : Ast(position, AstDepth.Of(values) + 1)
{
    internal string TypeName { get; } = typeName;

    internal string[] Fields { get; } = fields;

    internal Ast[] Values { get; } = values;
}

/// <summary>The macros that bind one or two variables.</summary>
internal enum MacroKind : byte
{
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    TransformMap,
    TransformMapEntry,
    SortBy,
    Bind,

    // The name stands for the source's text in the body, as a part of cel.block that uses variables bound around it does.
    Inline,
    OptionalMap,
    OptionalFlatMap,
}

/// <summary>
/// A macro: <paramref name="source"/> is what is walked (or bound), <paramref name="first"/> the element of a one-variable
/// macro or the index or key of a two-variable one, <paramref name="filter"/> the condition of a transformation.
/// </summary>
internal sealed class MacroAst(int position, MacroKind kind, Ast source, string first, string? second, Ast? filter, Ast body)
    : Ast(position, Math.Max(source.Depth, Math.Max(filter?.Depth ?? 0, body.Depth)) + 1)
{
    internal MacroKind Kind { get; } = kind;

    internal Ast Source { get; } = source;

    internal string First { get; } = first;

    internal string? Second { get; } = second;

    internal Ast? Filter { get; } = filter;

    internal Ast Body { get; } = body;
}

/// <summary>Depths of several nodes.</summary>
internal static class AstDepth
{
    internal static int Of(Ast[] nodes)
    {
        int depth = 0;
        foreach (Ast node in nodes)
        {
            depth = Math.Max(depth, node.Depth);
        }

        return depth;
    }
}
