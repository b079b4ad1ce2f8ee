using Reeve.Core.Expressions.Syntax;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>The parts of a node, whatever kind it is.</summary>
internal static class AstChildren
{
    internal static IReadOnlyList<Ast> Of(Ast ast) => ast switch
    {
        SelectAst select => [select.Operand],
        IndexAst index => [index.Operand, index.Key],
        HasAst has => [has.Operand],
        OperatorAst { Right: null } unary => [unary.Left],
        OperatorAst binary => [binary.Left, binary.Right],
        ConditionalAst choice => [choice.Condition, choice.Then, choice.Otherwise],
        CallAst { Target: { } target } call => [target, .. call.Arguments],
        CallAst call => call.Arguments,
        ListAst list => list.Elements,
        MapAst map => [.. map.Keys, .. map.Values],
        MessageAst message => message.Values,
        MacroAst { Filter: { } filter } macro => [macro.Source, filter, macro.Body],
        MacroAst macro => [macro.Source, macro.Body],
        _ => [],
    };
}
