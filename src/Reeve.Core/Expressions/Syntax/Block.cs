using System.Globalization;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>
/// <c>cel.block([a, b, …], e)</c>: subexpressions by number, <c>cel.index(n)</c>, as optimisers of other CEL systems
/// write them. Each becomes a bound variable (an error in one is a value until it is used), or, when it depends on a variable
/// of a macro around its use, is repeated there.
/// </summary>
internal static class Block
{
    internal static Ast Expand(string text, int position, Ast slots, Ast body)
    {
        if (slots is not ListAst { Optional: null } list)
        {
            throw Macros.Bad(text, slots.Position, "The first argument of cel.block() must be a list of expressions.");
        }

        bool[] dependent = new bool[list.Elements.Length];
        for (int i = 0; i < dependent.Length; i++)
        {
            dependent[i] = PathCollector.Collect(list.Elements[i]).Any(path => IsVariable(path, dependent));
        }

        Ast result = body;
        for (int i = list.Elements.Length - 1; i >= 0; i--)
        {
            MacroKind kind = dependent[i] ? MacroKind.Inline : MacroKind.Bind;
            result = new MacroAst(position, kind, list.Elements[i], Name(i), null, null, result);
        }

        return result;
    }

    // Whether a path starts at a variable bound around its use, or at a part that does.
    private static bool IsVariable(string path, bool[] dependent)
    {
        if (path.StartsWith("@iterVar", StringComparison.Ordinal) || path.StartsWith("@accuVar", StringComparison.Ordinal))
        {
            return true;
        }

        for (int i = 0; i < dependent.Length; i++)
        {
            if (dependent[i] && path.StartsWith(Name(i), StringComparison.Ordinal) && (path.Length == Name(i).Length || path[Name(i).Length] is '.' or '['))
            {
                return true;
            }
        }

        return false;
    }

    internal static string IndexName(string text, Ast[] arguments) => Name(Number(text, arguments[0]));

    internal static string VariableName(string text, string macro, Ast[] arguments) =>
        string.Create(CultureInfo.InvariantCulture, $"@{macro}:{Number(text, arguments[0])}:{Number(text, arguments[1])}");

    // No name a text can spell starts with @, so these never hide one.
    private static string Name(int index) => "@index" + index.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text, Ast argument) =>
        argument is LiteralAst { Value.Kind: ValueKind.Int } literal && literal.Value.AsInt() is >= 0 and < 10_000
            ? (int)literal.Value.AsInt()
            : throw Macros.Bad(text, argument.Position, "A small whole number was expected.");
}
