using System.Collections.Concurrent;
using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Functions;
using Reeve.Core.Expressions.Syntax;

namespace Reeve.Core.Expressions.Checking;

internal sealed partial class Checker
{
    private static readonly string[] OrderSignatures =
    [
        "(bool, bool) -> bool", "(int, int) -> bool", "(uint, uint) -> bool", "(double, double) -> bool", "(string, string) -> bool",
        "(bytes, bytes) -> bool", "(timestamp, timestamp) -> bool", "(duration, duration) -> bool",
    ];

    private static readonly string[] NumberSignatures = ["(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double"];

    private static readonly string[] NegateSignatures = ["(int) -> int", "(double) -> double"];

    private static readonly string[] ModuloSignatures = ["(int, int) -> int", "(uint, uint) -> uint"];

    private static readonly string[] AddSignatures =
    [
        .. NumberSignatures, "(string, string) -> string", "(bytes, bytes) -> bytes", "(list(A), list(A)) -> list(A)",
        "(timestamp, duration) -> timestamp", "(duration, timestamp) -> timestamp", "(duration, duration) -> duration",
    ];

    private static readonly string[] SubtractSignatures =
    [
        .. NumberSignatures, "(timestamp, timestamp) -> duration", "(timestamp, duration) -> timestamp", "(duration, duration) -> duration",
    ];

    private static readonly string[] InSignatures = ["(A, list(A)) -> bool", "(A, map(A, B)) -> bool"];

    private static readonly string[] EqualSignatures = ["(A, A) -> bool"];

    private CelType TypeOfUnary(OperatorAst unary) => unary.Kind == Operator.Not
        ? Require(unary.Left, CelType.Bool)
        : Resolve(unary, "-", NegateSignatures, [TypeOf(unary.Left)]);

    private CelType TypeOfBinary(OperatorAst binary, Ast right)
    {
        if (binary.Kind is Operator.And or Operator.Or)
        {
            Require(binary.Left, CelType.Bool);
            return Require(right, CelType.Bool);
        }

        string[] signatures = binary.Kind switch
        {
            Operator.Equal or Operator.NotEqual => EqualSignatures,
            Operator.In => InSignatures,
            Operator.Add => AddSignatures,
            Operator.Subtract => SubtractSignatures,
            Operator.Multiply or Operator.Divide => NumberSignatures,
            Operator.Modulo => ModuloSignatures,
            _ => OrderSignatures,
        };
        return Resolve(binary, Operators.Symbol(binary.Kind), signatures, [TypeOf(binary.Left), TypeOf(right)]);
    }

    private CelType TypeOfCall(CallAst call)
    {
        if (call.Target is not null && ChainOf(call.Target) is { } prefix && FunctionTable.Names.Contains(prefix + "." + call.Function)
            && FunctionTable.Find(prefix + "." + call.Function, isMember: false, call.Arguments.Length) is { } qualified)
        {
            return TypeOfFunction(call, qualified, TypesOf(call.Arguments));
        }

        CelType[] arguments = call.Target is null ? TypesOf(call.Arguments) : [TypeOf(call.Target), .. TypesOf(call.Arguments)];
        if (call.Target is null && call.Function == "dyn" && arguments.Length == 1)
        {
            return CelType.Dyn;
        }

        return FunctionTable.Find(call.Function, call.Target is not null, arguments.Length) is { } function
            ? TypeOfFunction(call, function, arguments)
            : throw Fault(ErrorCatalogue.Expressions.UnknownFunction, $"There is no function {call.Function}() with {call.Arguments.Length} argument(s).", call);
    }

    private CelType[] TypesOf(Ast[] asts) => Array.ConvertAll(asts, TypeOf);

    private CelType TypeOfFunction(CallAst call, Function function, CelType[] arguments)
    {
        string[] signatures = FunctionTable.Signatures[(function.Name, function.IsMember)];
        return function.Arity >= 0 ? Resolve(call, function.Name + "()", signatures, arguments) : TypeOfExtreme(call, arguments);
    }

    // math.greatest and math.least take numbers of any types, or one list of them.
    private CelType TypeOfExtreme(CallAst call, CelType[] arguments)
    {
        CelType? common = null;
        foreach (CelType argument in arguments)
        {
            CelType type = types.Apply(argument);
            type = arguments.Length == 1 && type.Kind == CelTypeKind.List ? type.Arguments[0] : type;
            if (type.Kind is not (CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.Double or CelTypeKind.Dyn or CelTypeKind.Wrapper))
            {
                throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"{call.Function}() compares numbers, but one argument is {type}.", call);
            }

            common = Join(common, type);
        }

        return common ?? CelType.Dyn;
    }

    // Several overloads can fit when types are not known; then the result is only known if they agree on it.
    private CelType Resolve(Ast at, string name, string[] signatures, CelType[] arguments)
    {
        CelType? result = null;
        Substitution? chosen = null;
        foreach (string signature in signatures)
        {
            (CelType[] parameters, CelType gives) = SignatureOf(signature);
            Substitution attempt = types.Fork();
            if (parameters.Length != arguments.Length || !FitAll(attempt, parameters, arguments))
            {
                continue;
            }

            CelType applied = attempt.Apply(gives);
            if (result is null)
            {
                result = applied;
                chosen = attempt;
            }
            else if (result.Kind != applied.Kind || result.Arguments.Length > 0)
            {
                return CelType.Dyn;
            }
        }

        if (result is null)
        {
            string given = string.Join(", ", arguments.Select(argument => types.Apply(argument, freeAsDyn: true).ToString()));
            throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"No overload of {name} takes ({given}).", at);
        }

        types = chosen!;
        return result;
    }

    private static bool FitAll(Substitution attempt, CelType[] parameters, CelType[] arguments)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!attempt.Fits(parameters[i], arguments[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Signatures with parameters are read anew, so that each call has parameters of its own.
    private static (CelType[] Parameters, CelType Result) SignatureOf(string signature) =>
        HasParameters(signature) ? TypeText.ParseSignature(signature) : Plain.GetOrAdd(signature, TypeText.ParseSignature);

    private static readonly ConcurrentDictionary<string, (CelType[] Parameters, CelType Result)> Plain = new(StringComparer.Ordinal);

    private static bool HasParameters(string signature)
    {
        for (int i = 1; i + 1 < signature.Length; i++)
        {
            if (char.IsAsciiLetterUpper(signature[i]) && signature[i - 1] is '(' or ' ' && signature[i + 1] is ')' or ',')
            {
                return true;
            }
        }

        return signature.EndsWith(" A", StringComparison.Ordinal);
    }
}
