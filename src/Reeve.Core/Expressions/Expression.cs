using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Errors;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Functions;
using Reeve.Core.Expressions.Nodes;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions;

/// <summary>
/// A compiled expression (CEL, see <c>docs/expressions.md</c>): immutable, holding no data, shared by all who compile the
/// same text in the same mode. Evaluating never throws for data: an error is a value, an unanswerable condition unknown.
/// Thread-safe.
/// </summary>
public sealed class Expression
{
    [ThreadStatic]
    private static Value[]? spareLocals;

    private readonly Node root;
    private readonly FaultCache faults = new();
    private readonly short localCount;

    private Expression(string text, ExpressionMode mode, Ast ast, bool deferUnknownFunctions)
    {
        Text = text;
        Mode = mode;
        NodeBuilder builder = new(text, mode, deferUnknownFunctions);
        root = builder.Build(ast);
        localCount = (short)builder.LocalCount;
    }

    /// <summary>The text it was compiled from.</summary>
    public string Text { get; }

    /// <summary>How it treats what is missing or mistyped.</summary>
    public ExpressionMode Mode { get; }

    /// <summary>The names of all functions (not the macros), ordered; those of a namespace hold a dot.</summary>
    public static IReadOnlyList<string> FunctionNames { get; } = [.. FunctionTable.Names.Order(StringComparer.Ordinal)];

    /// <summary>
    /// Every data path it reads, such as <c>rawPayload.amount</c>, in order of first occurrence, without the variables of
    /// macros. Found anew by each call, since trees keep none.
    /// </summary>
    public IReadOnlyList<string> Paths => [.. PathCollector.Collect(Parser.Parse(Text)).Where(path => path[0] != '@')];

    /// <summary>Compiles, or returns the shared tree of the same text and mode.</summary>
    /// <exception cref="ReeveException">EXPR-001 to EXPR-008, with line and column.</exception>
    public static Expression Compile(string text, ExpressionMode mode)
    {
        if (ExpressionCache.Find(text, mode) is { } known)
        {
            return known;
        }

        return ExpressionCache.Keep(new Expression(text, mode, Parser.Parse(text), deferUnknownFunctions: false));
    }

    /// <summary>Like <see cref="Compile(string, ExpressionMode)"/>, with the error as an answer.</summary>
    public static bool TryCompile(string text, ExpressionMode mode, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out ReeveError? error)
    {
        try
        {
            expression = Compile(text, mode);
            error = null;
            return true;
        }
        catch (ReeveException fault)
        {
            expression = null;
            error = fault.Error;
            return false;
        }
    }

    /// <summary>Compiles and checks types against declared names: an expression that passes fails on data of other types only.</summary>
    /// <exception cref="ReeveException">EXPR-001 to EXPR-010, with line and column.</exception>
    public static Expression CompileChecked(string text, ExpressionMode mode, Declarations declarations)
    {
        Ast ast = Parser.Parse(text);
        new Checker(text, declarations).Check(ast);
        return new Expression(text, mode, ast, deferUnknownFunctions: false);
    }

    /// <summary>
    /// Compiles a strict expression as CEL treats one that was never checked: a call of an unknown function or a bad pattern
    /// is an error when it is evaluated, not before.
    /// </summary>
    /// <exception cref="ReeveException">EXPR-001 to EXPR-006, with line and column.</exception>
    public static Expression CompileUnchecked(string text) => new(text, ExpressionMode.Strict, Parser.Parse(text), deferUnknownFunctions: true);

    /// <summary>The value, or a value of kind Error. Never throws for data.</summary>
    public Value Evaluate(Activation activation) => Evaluate(activation, ExpressionLimits.DefaultCost);

    /// <summary>The value, or a value of kind Error, within so many cost units. Never throws for data.</summary>
    public Value Evaluate(Activation activation, int costLimit)
    {
        Value[] locals = RentLocals();
        EvalContext context = new(activation, faults, Mode, locals, costLimit);
        Value value = root.Evaluate(ref context);
        ReturnLocals(locals);
        return context.IsExhausted || ResultSize.IsExcessive(value) ? root.Raise(ref context, Fault.TooCostly, root) : value;
    }

    /// <summary>For conditions: true, false or unknown. Never throws for data, and allocates nothing in the usual case.</summary>
    public Truth Test(Activation activation) => Test(activation, ExpressionLimits.DefaultCost);

    /// <summary>For conditions: true, false or unknown, within so many cost units.</summary>
    public Truth Test(Activation activation, int costLimit)
    {
        Value[] locals = RentLocals();
        EvalContext context = new(activation, faults, Mode, locals, costLimit);
        TruthKind truth = root.Test(ref context);
        ReturnLocals(locals);
        if (context.IsExhausted)
        {
            return new Truth(TruthKind.Unknown, root.Raise(ref context, Fault.TooCostly, root).AsError());
        }

        return new Truth(truth, truth == TruthKind.Unknown ? context.Why : null);
    }

    /// <summary>Where in the text an evaluation error of this expression arose.</summary>
    public SourcePosition PositionOf(ValueError error) => SyntaxFault.PositionOf(Text, error.Position);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // The variables of macros live in an array that the thread keeps; an evaluation inside an evaluation gets its own.
    private Value[] RentLocals()
    {
        if (localCount == 0)
        {
            return [];
        }

        Value[]? spare = spareLocals;
        spareLocals = null;
        return spare is not null && spare.Length >= localCount ? spare : new Value[Math.Max((int)localCount, 16)];
    }

    private static void ReturnLocals(Value[] locals)
    {
        if (locals.Length > 0)
        {
            Array.Clear(locals);
            spareLocals = locals;
        }
    }
}
