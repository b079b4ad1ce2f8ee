using Reeve.Core.Expressions.Functions;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>Collects the data paths an expression reads: the longest chains of fields and constant indexes from a root name.</summary>
internal sealed class PathCollector
{
    private readonly List<string> paths = [];
    private readonly List<string> bound = [];

    internal static IReadOnlyList<string> Collect(Ast ast)
    {
        PathCollector collector = new();
        collector.Visit(ast);
        return collector.paths;
    }

    private void Visit(Ast ast)
    {
        if (PathOf(ast) is { } path)
        {
            if (path.Length > 0 && !paths.Contains(path))
            {
                paths.Add(path);
            }

            VisitKeys(ast);
            return;
        }

        switch (ast)
        {
            case SelectAst select: Visit(select.Operand); break;
            case IndexAst index: VisitAll(index.Operand, index.Key); break;
            case HasAst has: Visit(has.Operand); break;
            case OperatorAst { Right: null } unary: Visit(unary.Left); break;
            case OperatorAst binary: VisitAll(binary.Left, binary.Right); break;
            case ConditionalAst conditional: VisitAll(conditional.Condition, conditional.Then, conditional.Otherwise); break;
            case ListAst list: VisitAll(list.Elements); break;
            case MapAst map: VisitAll([.. map.Keys, .. map.Values]); break;
            case MessageAst message: VisitAll(message.Values); break;
            case CallAst call: VisitCall(call); break;
            case MacroAst macro: VisitMacro(macro); break;
        }
    }

    private void VisitAll(params ReadOnlySpan<Ast> asts)
    {
        foreach (Ast ast in asts)
        {
            Visit(ast);
        }
    }

    // The target of math.abs(x) is a namespace, not data.
    private void VisitCall(CallAst call)
    {
        if (call.Target is not null && !(call.Target is NameAst root && Functions.FunctionTable.Names.Contains(root.Name + "." + call.Function)))
        {
            Visit(call.Target);
        }

        VisitAll(call.Arguments);
    }

    private void VisitMacro(MacroAst macro)
    {
        Visit(macro.Source);
        int before = bound.Count;
        bound.Add(macro.First);
        if (macro.Second is not null)
        {
            bound.Add(macro.Second);
        }

        if (macro.Filter is not null)
        {
            Visit(macro.Filter);
        }

        Visit(macro.Body);
        bound.RemoveRange(before, bound.Count - before);
    }

    // Null when the node is no path; empty when it is one from a loop variable, which is no data of its own.
    private string? PathOf(Ast ast) => ast switch
    {
        NameAst name => bound.Contains(name.Name) && !name.IsAbsolute ? "" : name.Name,
        SelectAst select => Extend(PathOf(select.Operand), "." + select.Field),
        IndexAst { Key: LiteralAst literal } index => Extend(PathOf(index.Operand), "[" + Shown(literal.Value) + "]"),
        IndexAst index => PathOf(index.Operand),
        _ => null,
    };

    private static string? Extend(string? path, string part) => string.IsNullOrEmpty(path) ? path : path + part;

    private static string Shown(in Value key) => key.StringOrNull() is { } text ? "'" + text + "'" : key.ToString();

    // Computed indexes read data, too.
    private void VisitKeys(Ast ast)
    {
        switch (ast)
        {
            case SelectAst select: VisitKeys(select.Operand); break;
            case IndexAst index:
                VisitKeys(index.Operand);
                if (index.Key is not LiteralAst)
                {
                    Visit(index.Key);
                }

                break;
        }
    }
}
