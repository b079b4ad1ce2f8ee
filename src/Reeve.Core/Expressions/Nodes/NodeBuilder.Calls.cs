using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Functions;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

internal sealed partial class NodeBuilder
{
    private Node BuildCall(CallAst call)
    {
        // math.abs(x) is a function with a dot in its name, unless math is a variable here.
        if (call.Target is not null && ChainOf(call.Target) is { } prefix
            && FunctionTable.Find(prefix + "." + call.Function, isMember: false, call.Arguments.Length) is { } qualified)
        {
            return Invoke(call, qualified, BuildAll(call.Arguments));
        }

        Ast[] given = call.Target is null ? call.Arguments : [call.Target, .. call.Arguments];
        Node[] arguments = BuildAll(given);
        bool isMember = call.Target is not null;
        if (!isMember && call.Function == "dyn" && arguments.Length == 1)
        {
            return arguments[0];
        }

        return FunctionTable.Find(call.Function, isMember, arguments.Length) is { } function
            ? Invoke(call, function, arguments)
            : deferUnknownFunctions ? new ErrorNode(call.Position, Fault.UnknownFunction, arguments)
            : throw Unknown(call);
    }

    private Node Invoke(CallAst call, Function function, Node[] arguments)
    {
        // In an unchecked expression a bad pattern is an error of the evaluation, as any other bad argument is.
        if (function.Name == "matches" && !deferUnknownFunctions && arguments[1] is ConstantNode { Value.Kind: ValueKind.String } pattern)
        {
            return Folded(new MatchesNode(call.Position, arguments[0], CompilePattern(pattern)), arguments);
        }

        CallNode node = new(call.Position, function, arguments);
        return function.IsPure ? Folded(node, arguments) : node;
    }

    private Pattern CompilePattern(ConstantNode pattern)
    {
        try
        {
            Pattern compiled = Pattern.Compile(pattern.Value.AsString(), PatternSyntax.Re2);
            patternSize += compiled.Size + ExpressionLimits.PatternOverhead;
            return patternSize <= ExpressionLimits.MaxPatternSize ? compiled : throw SyntaxFault.At(
                ErrorCatalogue.Expressions.TooLarge,
                $"Regular expressions of more than {ExpressionLimits.MaxPatternSize:N0} characters together, with repetitions written out.",
                text,
                pattern.Position);
        }
        catch (PatternException fault)
        {
            // The offset counts in the pattern; escapes of the literal around it shift it in the text.
            throw SyntaxFault.At(
                ErrorCatalogue.Expressions.BadPattern, $"{fault.Reason} (at offset {fault.Offset} of the pattern).", text, pattern.Position);
        }
    }

    private ReeveException Unknown(CallAst call)
    {
        string name = call.Target is not null && ChainOf(call.Target) is { } prefix && FunctionTable.Names.Contains(prefix + "." + call.Function)
            ? prefix + "." + call.Function
            : call.Function;
        string message = FunctionTable.Names.Contains(name)
            ? $"{name}() exists, but not {(call.Target is null ? "as a function" : "as a member")} with {call.Arguments.Length} argument(s)."
            : $"There is no function {name}().";
        return SyntaxFault.At(ErrorCatalogue.Expressions.UnknownFunction, message, text, call.Position);
    }

    private Node BuildMacro(MacroAst macro)
    {
        if (macro.Kind == MacroKind.Inline)
        {
            inlined[macro.First] = macro.Source;
            return Build(macro.Body);
        }

        Node source = Build(macro.Source);
        int local = locals.Count;
        bool hasSecond = macro.Second is not null;
        locals.Add(macro.First);
        if (hasSecond)
        {
            locals.Add(macro.Second!);
        }

        LocalCount = Math.Max(LocalCount, locals.Count);
        Node? filter = macro.Filter is null ? null : Build(macro.Filter);
        Node body = Build(macro.Body);
        locals.RemoveRange(local, locals.Count - local);
        return macro.Kind switch
        {
            MacroKind.Map => new ListLoopNode(macro.Position, source, filter, body, local, hasSecond),
            MacroKind.Filter => new ListLoopNode(macro.Position, source, body, new LocalNode(macro.Position, local, macro.First), local, hasSecond),
            MacroKind.TransformMap => new MapLoopNode(macro.Position, source, filter, body, local, isEntry: false),
            MacroKind.TransformMapEntry => new MapLoopNode(macro.Position, source, filter, body, local, isEntry: true),
            MacroKind.SortBy => new SortByNode(macro.Position, source, body, local),
            MacroKind.Bind => new BindNode(macro.Position, source, body, local),
            MacroKind.OptionalMap => new OptionalMapNode(macro.Position, source, body, local, isFlat: false),
            MacroKind.OptionalFlatMap => new OptionalMapNode(macro.Position, source, body, local, isFlat: true),
            _ => new QuantifierNode(macro.Position, macro.Kind, source, body, local, hasSecond),
        };
    }
}
