using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Checking;

/// <summary>
/// Finds the type of every part of an expression from the declared names, and refuses what no value of those types can
/// make right. Where a type is not known (dyn) everything is allowed.
/// </summary>
internal sealed partial class Checker(string text, Declarations declarations)
{
    private readonly List<(string Name, CelType Type)> locals = [];
    private readonly Dictionary<string, Ast> inlined = new(StringComparer.Ordinal);
    private Substitution types = new();
    private int visits;
    private int depth;

    /// <summary>The type of an expression.</summary>
    /// <exception cref="ReeveException">EXPR-009 or EXPR-010 at the first part that does not fit.</exception>
    internal CelType Check(Ast ast)
    {
        CelType type = TypeOf(ast);
        return types.Apply(type, freeAsDyn: true);
    }

    // Finding a type replaces the substitution, so it must come before the substitution is read.
    private CelType AppliedTypeOf(Ast ast)
    {
        CelType type = TypeOf(ast);
        return types.Apply(type);
    }

    private CelType TypeOf(Ast ast)
    {
        // Inlining repeats and nests parts, so what was parsed does not bound what is checked.
        visits++;
        depth++;
        if (visits > ExpressionLimits.MaxNodes || depth > ExpressionLimits.MaxDepth)
        {
            throw visits > ExpressionLimits.MaxNodes
                ? Fault(ErrorCatalogue.Expressions.TooLarge, $"More than {ExpressionLimits.MaxNodes:N0} parts.", ast)
                : Fault(ErrorCatalogue.Expressions.TooDeep, $"More than {ExpressionLimits.MaxDepth} levels.", ast);
        }

        CelType type = Find(ast);
        depth--;
        return type;
    }

    private CelType Find(Ast ast) => ast switch
    {
        LiteralAst literal => TypeOf(literal.Value.Kind),
        NameAst name => TypeOfName(name),
        SelectAst select => TypeOfSelect(select),
        IndexAst index => TypeOfIndex(index),
        HasAst has => TypeOfHas(has),
        OperatorAst { Right: null } unary => TypeOfUnary(unary),
        OperatorAst binary => TypeOfBinary(binary, binary.Right),
        ConditionalAst conditional => TypeOfConditional(conditional),
        CallAst call => TypeOfCall(call),
        ListAst list => TypeOfList(list),
        MapAst map => TypeOfMap(map),
        MessageAst message => TypeOfMessage(message),
        MacroAst macro => TypeOfMacro(macro),
        _ => CelType.Dyn,
    };

    private static CelType TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Null => CelType.Null,
        ValueKind.Bool => CelType.Bool,
        ValueKind.Int => CelType.Int,
        ValueKind.Uint => CelType.Uint,
        ValueKind.Double => CelType.Double,
        ValueKind.String => CelType.String,
        ValueKind.Bytes => CelType.Bytes,
        _ => CelType.Dyn,
    };

    private CelType TypeOfName(NameAst name)
    {
        if (!name.IsAbsolute && LocalOf(name.Name) is { } local)
        {
            return local;
        }

        if (inlined.TryGetValue(name.Name, out Ast? part))
        {
            return TypeOf(part);
        }

        return declarations.Find(name.Name)
            ?? (TypeNames.Find(name.Name) is not null ? CelType.Type(CelType.Dyn) : null)
            ?? throw Fault(ErrorCatalogue.Expressions.Undeclared, $"The name '{name.Name}' is not declared.", name);
    }

    private CelType? LocalOf(string name)
    {
        int index = locals.FindLastIndex(local => local.Name == name);
        return index >= 0 ? locals[index].Type : null;
    }

    // a.b.c as a text, when a is no variable of a macro.
    private string? ChainOf(Ast ast) => ast switch
    {
        NameAst name when name.IsAbsolute || LocalOf(name.Name) is null => name.Name,
        SelectAst { IsOptional: false } select when ChainOf(select.Operand) is { } prefix => prefix + "." + select.Field,
        _ => null,
    };

    private CelType TypeOfSelect(SelectAst select)
    {
        if (ChainOf(select) is { } chain)
        {
            if (chain == TypeNames.NullValue)
            {
                return CelType.Int;
            }

            CelType? declared = declarations.Find(chain) ?? (TypeNames.Find(chain) is not null ? CelType.Type(CelType.Dyn) : null);
            if (declared is not null)
            {
                return declared;
            }
        }

        CelType operand = AppliedTypeOf(select.Operand);
        CelType field = FieldOf(select, operand);
        return select.IsOptional && field.Kind != CelTypeKind.Optional ? CelType.Optional(field) : field;
    }

    private CelType FieldOf(SelectAst select, CelType operand)
    {
        switch (operand.Kind)
        {
            case CelTypeKind.Map: return operand.Arguments[1];
            case CelTypeKind.Dyn or CelTypeKind.Named or CelTypeKind.Parameter: return CelType.Dyn;
            case CelTypeKind.Optional: return CelType.Optional(FieldOf(select, types.Apply(operand.Arguments[0])));
            default: throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"A value of type {operand} has no fields.", select);
        }
    }

    private CelType TypeOfIndex(IndexAst index)
    {
        CelType operand = AppliedTypeOf(index.Operand);
        CelType key = TypeOf(index.Key);
        CelType element = ElementOf(index, operand, key);
        return index.IsOptional && element.Kind != CelTypeKind.Optional ? CelType.Optional(element) : element;
    }

    private CelType ElementOf(IndexAst index, CelType operand, CelType key)
    {
        switch (operand.Kind)
        {
            case CelTypeKind.List when types.Fits(CelType.Int, key): return operand.Arguments[0];
            case CelTypeKind.Map when types.Fits(operand.Arguments[0], key): return operand.Arguments[1];
            case CelTypeKind.Dyn or CelTypeKind.Parameter or CelTypeKind.Named: return CelType.Dyn;
            case CelTypeKind.Optional: return CelType.Optional(ElementOf(index, types.Apply(operand.Arguments[0]), key));
            default:
                throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"A value of type {operand} cannot be indexed by {types.Apply(key)}.", index);
        }
    }

    private CelType TypeOfHas(HasAst has)
    {
        if (has.Operand is not NameAst)
        {
            TypeOf(has.Operand);
        }

        return CelType.Bool;
    }

    private CelType TypeOfConditional(ConditionalAst ast)
    {
        Require(ast.Condition, CelType.Bool);
        CelType then = TypeOf(ast.Then);
        CelType otherwise = TypeOf(ast.Otherwise);
        if (!types.Fits(then, otherwise))
        {
            throw Fault(
                ErrorCatalogue.Expressions.TypeMismatch,
                $"The branches have the types {types.Apply(then)} and {types.Apply(otherwise)}; wrap one in dyn() if that is meant.", ast);
        }

        return MoreGeneral(then, otherwise);
    }

    private CelType TypeOfList(ListAst list)
    {
        CelType? element = null;
        for (int i = 0; i < list.Elements.Length; i++)
        {
            CelType type = TypeOf(list.Elements[i]);
            element = Join(element, list.Optional?[i] == true ? Unwrap(list.Elements[i], type) : type);
        }

        return CelType.List(element ?? CelType.Parameter("E"));
    }

    private CelType TypeOfMap(MapAst map)
    {
        CelType? key = null;
        CelType? value = null;
        for (int i = 0; i < map.Keys.Length; i++)
        {
            key = Join(key, TypeOf(map.Keys[i]));
            CelType type = TypeOf(map.Values[i]);
            value = Join(value, map.Optional?[i] == true ? Unwrap(map.Values[i], type) : type);
        }

        return CelType.Map(key ?? CelType.Parameter("K"), value ?? CelType.Parameter("V"));
    }

    private CelType TypeOfMessage(MessageAst message)
    {
        foreach (Ast value in message.Values)
        {
            TypeOf(value);
        }

        CelType type = TypeText.Parse(message.TypeName);
        return type.Kind != CelTypeKind.Named
            ? type
            : throw Fault(ErrorCatalogue.Expressions.Undeclared, $"There is no message type '{message.TypeName}'.", message);
    }

    private CelType TypeOfMacro(MacroAst macro)
    {
        if (macro.Kind == MacroKind.Inline)
        {
            inlined[macro.First] = macro.Source;
            return TypeOf(macro.Body);
        }

        CelType source = AppliedTypeOf(macro.Source);
        (CelType first, CelType? second) = VariablesOf(macro, source);
        int before = locals.Count;
        locals.Add((macro.First, first));
        if (macro.Second is not null)
        {
            locals.Add((macro.Second, second!));
        }

        if (macro.Filter is not null)
        {
            Require(macro.Filter, CelType.Bool);
        }

        CelType body = TypeOf(macro.Body);
        locals.RemoveRange(before, locals.Count - before);
        switch (macro.Kind)
        {
            case MacroKind.Bind: return body;
            case MacroKind.Map: return CelType.List(body);
            case MacroKind.TransformMap: return CelType.Map(first, body);
            case MacroKind.TransformMapEntry: return RequireType(macro.Body, body, CelType.Map(CelType.Parameter("K"), CelType.Parameter("V")));
            case MacroKind.SortBy: return source.Kind == CelTypeKind.List ? source : CelType.List(first);
            case MacroKind.OptionalMap: return CelType.Optional(body);
            case MacroKind.OptionalFlatMap: return RequireType(macro.Body, body, CelType.Optional(CelType.Parameter("T")));
            case MacroKind.Filter:
                RequireType(macro.Body, body, CelType.Bool);
                return CelType.List(first);
            default: return RequireType(macro.Body, body, CelType.Bool);
        }
    }

    private (CelType First, CelType? Second) VariablesOf(MacroAst macro, CelType source)
    {
        if (macro.Kind == MacroKind.Bind)
        {
            return (source, null);
        }

        if (macro.Kind is MacroKind.OptionalMap or MacroKind.OptionalFlatMap)
        {
            return (Unwrap(macro.Source, source), null);
        }

        bool hasSecond = macro.Second is not null;
        switch (source.Kind)
        {
            case CelTypeKind.List: return hasSecond ? (CelType.Int, source.Arguments[0]) : (source.Arguments[0], null);
            case CelTypeKind.Map: return (source.Arguments[0], hasSecond ? source.Arguments[1] : null);
            case CelTypeKind.Dyn or CelTypeKind.Parameter: return (CelType.Dyn, CelType.Dyn);
            default: throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"A value of type {source} is neither a list nor a map.", macro.Source);
        }
    }

    private CelType Unwrap(Ast ast, CelType type)
    {
        CelType inner = CelType.Parameter("T");
        RequireType(ast, type, CelType.Optional(inner));
        return types.Apply(inner);
    }

    // What elements of different types have in common: the more general of two that fit, else dyn.
    private CelType Join(CelType? common, CelType next)
    {
        if (common is null)
        {
            return next;
        }

        Substitution attempt = types.Fork();
        if (!attempt.Fits(common, next))
        {
            return CelType.Dyn;
        }

        types = attempt;
        return MoreGeneral(common, next);
    }

    private CelType MoreGeneral(CelType one, CelType other)
    {
        CelType left = types.Apply(one);
        CelType right = types.Apply(other);
        if (left.Kind == CelTypeKind.Dyn || right.Kind == CelTypeKind.Dyn)
        {
            return CelType.Dyn;
        }

        if (left.Kind == CelTypeKind.Null || right.Kind == CelTypeKind.Wrapper)
        {
            return right;
        }

        return left.Kind == right.Kind && left.Arguments.Length > 0 && left.Arguments.Length == right.Arguments.Length
            ? new CelType(left.Kind, left.Name, [.. left.Arguments.Zip(right.Arguments, MoreGeneral)])
            : left;
    }

    private CelType Require(Ast ast, CelType wanted) => RequireType(ast, TypeOf(ast), wanted);

    private CelType RequireType(Ast ast, CelType given, CelType wanted) => types.Fits(wanted, given)
        ? wanted
        : throw Fault(ErrorCatalogue.Expressions.TypeMismatch, $"Expected {types.Apply(wanted, freeAsDyn: true)}, but this is {types.Apply(given)}.", ast);

    private ReeveException Fault(ErrorCode kind, string message, Ast at) => SyntaxFault.At(kind, message, text, at.Position);
}
