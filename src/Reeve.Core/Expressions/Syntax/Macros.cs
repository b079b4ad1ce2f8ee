using Reeve.Core.Errors;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>Recognises the macros: calls whose arguments are syntax, not values.</summary>
internal static class Macros
{
    /// <summary>The node a call stands for, or null when it is an ordinary call.</summary>
    /// <exception cref="ReeveException">EXPR-006 when a macro's variable is not a plain name, or has() is not given a path.</exception>
    internal static Ast? Expand(string text, int position, string name, Ast? target, Ast[] arguments)
    {
        if (target is null)
        {
            return name == "has" && arguments.Length == 1 ? Has(text, position, arguments[0]) : null;
        }

        if (target is NameAst { Name: "cel" })
        {
            return CelMacro(text, position, name, arguments);
        }

        return (name, arguments.Length) switch
        {
            ("all", 2) => One(MacroKind.All),
            ("exists", 2) => One(MacroKind.Exists),
            ("exists_one" or "existsOne", 2) => One(MacroKind.ExistsOne),
            ("filter", 2) => One(MacroKind.Filter),
            ("map", 2) => One(MacroKind.Map),
            ("map", 3) => new MacroAst(position, MacroKind.Map, target, Variable(text, name, arguments[0]), null, arguments[1], arguments[2]),
            ("sortBy", 2) => One(MacroKind.SortBy),
            ("optMap", 2) => One(MacroKind.OptionalMap),
            ("optFlatMap", 2) => One(MacroKind.OptionalFlatMap),
            ("all", 3) => Two(MacroKind.All),
            ("exists", 3) => Two(MacroKind.Exists),
            ("exists_one" or "existsOne", 3) => Two(MacroKind.ExistsOne),
            ("transformList", 3 or 4) => Two(MacroKind.Map),
            ("transformMap", 3 or 4) => Two(MacroKind.TransformMap),
            ("transformMapEntry", 3 or 4) => Two(MacroKind.TransformMapEntry),
            _ => null,
        };

        MacroAst One(MacroKind kind) => new(position, kind, target, Variable(text, name, arguments[0]), null, null, arguments[1]);

        MacroAst Two(MacroKind kind)
        {
            string first = Variable(text, name, arguments[0]);
            string second = Variable(text, name, arguments[1]);
            return first != second
                ? new MacroAst(position, kind, target, first, second, arguments.Length == 4 ? arguments[2] : null, arguments[^1])
                : throw Bad(text, arguments[1].Position, $"The two variables of {name}() need different names.");
        }
    }

    // A path asked for by an index is an extension (CEL itself knows has(x.field) only); strict expressions refuse it later.
    private static HasAst Has(string text, int position, Ast operand) => operand is SelectAst { IsOptional: false } or IndexAst { IsOptional: false } or NameAst
        ? new HasAst(position, operand)
        : throw Bad(text, operand.Position, "has() asks for a field, such as has(rawPayload.amount).");

    private static Ast? CelMacro(string text, int position, string name, Ast[] arguments) => (name, arguments.Length) switch
    {
        ("bind", 3) => new MacroAst(position, MacroKind.Bind, arguments[1], Variable(text, "cel.bind", arguments[0]), null, null, arguments[2]),
        ("block", 2) => Block.Expand(text, position, arguments[0], arguments[1]),
        ("index", 1) => new NameAst(position, Block.IndexName(text, arguments)),
        ("iterVar" or "accuVar", 2) => new NameAst(position, Block.VariableName(text, name, arguments)),
        _ => null,
    };

    private static string Variable(string text, string macro, Ast argument) => argument is NameAst { IsAbsolute: false } name
        ? name.Name
        : throw Bad(text, argument.Position, $"The variable of {macro}() must be a plain name.");

    internal static ReeveException Bad(string text, int position, string message) =>
        SyntaxFault.At(ErrorCatalogue.Expressions.BadMacro, message, text, position);
}
