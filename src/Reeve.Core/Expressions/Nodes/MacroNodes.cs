using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary>
/// What a macro walks over: the elements of a list or the entries of a map. With one variable that is the element or key,
/// with two the index or key and the element or value.
/// </summary>
internal readonly struct Walk
{
    private readonly ListValue? list;
    private readonly MapValue? map;

    private Walk(ListValue? list, MapValue? map)
    {
        this.list = list;
        this.map = map;
        Count = list?.Count ?? map!.Count;
    }

    internal int Count { get; }

    internal static bool TryStart(in Value source, out Walk walk)
    {
        ListValue? list = source.ListOrNull();
        MapValue? map = source.MapOrNull();
        walk = list is null && map is null ? default : new Walk(list, map);
        return list is not null || map is not null;
    }

    internal Value First(int index, bool hasSecond) => map is not null ? map.KeyAt(index) : hasSecond ? Value.Of((long)index) : list![index];

    internal Value Second(int index) => map is not null ? map.ValueAt(index) : list![index];
}

/// <summary>The parts that all looping macros have.</summary>
internal abstract class LoopNode(int position, Node source, Node? filter, Node body, int local, bool hasSecond) : Node(position)
{
    private protected int Local { get; } = local;

    private protected Node? Filter { get; } = filter;

    private protected Node Body { get; } = body;

    // Starts the walk; false when there is none, with the error.
    private protected bool TryStart(ref EvalContext context, out Walk walk, out Value error)
    {
        context.Left--;
        Value value = source.Evaluate(ref context);
        if (Walk.TryStart(value, out walk))
        {
            error = default;
            return true;
        }

        error = value.IsError ? value
            : value.IsNull && !context.IsStrict ? Raise(ref context, Fault.Missing, source)
            : Raise(ref context, Fault.NotIterable, source);
        return false;
    }

    // Puts the entry into the variables and charges the round; false when nothing is left.
    private protected bool Step(ref EvalContext context, in Walk walk, int index)
    {
        context.Left--;
        context.Locals[Local] = walk.First(index, hasSecond);
        if (hasSecond)
        {
            context.Locals[Local + 1] = walk.Second(index);
        }

        return !context.IsExhausted;
    }

    // Whether the filter keeps this entry; Unknown with the reason in the context.
    private protected TruthKind Keeps(ref EvalContext context) => Filter is null ? TruthKind.True : Filter.Test(ref context);

    private protected Value Costly(ref EvalContext context) => Raise(ref context, Fault.TooCostly, source);

    internal override string? Path() => source.Path();
}

/// <summary><c>all</c>, <c>exists</c> and <c>exists_one</c>.</summary>
internal sealed class QuantifierNode(int position, MacroKind kind, Node source, Node body, int local, bool hasSecond)
    : LoopNode(position, source, null, body, local, hasSecond)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        if (!TryStart(ref context, out Walk walk, out Value error))
        {
            context.Why = error.AsError();
            return TruthKind.Unknown;
        }

        return kind == MacroKind.ExistsOne ? One(ref context, walk) : Any(ref context, walk);
    }

    // all is exists with everything turned round: the first decisive answer absorbs errors before and after it.
    private TruthKind Any(ref EvalContext context, in Walk walk)
    {
        TruthKind decisive = kind == MacroKind.Exists ? TruthKind.True : TruthKind.False;
        ValueError? why = null;
        for (int i = 0; i < walk.Count; i++)
        {
            if (!Step(ref context, walk, i))
            {
                context.Why = Costly(ref context).AsError();
                return TruthKind.Unknown;
            }

            TruthKind answer = Body.Test(ref context);
            if (answer == decisive)
            {
                return decisive;
            }

            why ??= answer == TruthKind.Unknown ? context.Why : null;
        }

        context.Why = why;
        return why is not null ? TruthKind.Unknown : decisive == TruthKind.True ? TruthKind.False : TruthKind.True;
    }

    // exists_one must see every entry, so no error is absorbed.
    private TruthKind One(ref EvalContext context, in Walk walk)
    {
        int found = 0;
        for (int i = 0; i < walk.Count; i++)
        {
            if (!Step(ref context, walk, i))
            {
                context.Why = Costly(ref context).AsError();
                return TruthKind.Unknown;
            }

            TruthKind answer = Body.Test(ref context);
            if (answer == TruthKind.Unknown)
            {
                return TruthKind.Unknown;
            }

            found += answer == TruthKind.True ? 1 : 0;
        }

        return found == 1 ? TruthKind.True : TruthKind.False;
    }
}

/// <summary><c>map</c>, <c>filter</c> and <c>transformList</c>; a null body keeps the element itself.</summary>
internal sealed class ListLoopNode(int position, Node source, Node? filter, Node body, int local, bool hasSecond)
    : LoopNode(position, source, filter, body, local, hasSecond)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        if (!TryStart(ref context, out Walk walk, out Value error))
        {
            return error;
        }

        List<Value> results = [];
        for (int i = 0; i < walk.Count; i++)
        {
            if (!Step(ref context, walk, i))
            {
                return Costly(ref context);
            }

            TruthKind keeps = Keeps(ref context);
            if (keeps == TruthKind.Unknown)
            {
                return Value.Of(context.Why!);
            }

            if (keeps == TruthKind.True)
            {
                Value result = Body.Evaluate(ref context);
                if (result.IsError)
                {
                    return result;
                }

                results.Add(result);
            }
        }

        return Value.Of(results.Count == 0 ? ListValue.Empty : new ListValue([.. results]));
    }
}

/// <summary><c>transformMap</c> (the body is the new value) and <c>transformMapEntry</c> (the body is a map of new entries).</summary>
internal sealed class MapLoopNode(int position, Node source, Node? filter, Node body, int local, bool isEntry)
    : LoopNode(position, source, filter, body, local, hasSecond: true)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        if (!TryStart(ref context, out Walk walk, out Value error))
        {
            return error;
        }

        List<Value> keys = [];
        List<Value> values = [];
        for (int i = 0; i < walk.Count; i++)
        {
            if (!Step(ref context, walk, i))
            {
                return Costly(ref context);
            }

            TruthKind keeps = Keeps(ref context);
            if (keeps == TruthKind.Unknown)
            {
                return Value.Of(context.Why!);
            }

            if (keeps == TruthKind.False)
            {
                continue;
            }

            Value result = Body.Evaluate(ref context);
            if (result.IsError)
            {
                return result;
            }

            if (!isEntry)
            {
                keys.Add(walk.First(i, hasSecond: true));
                values.Add(result);
            }
            else if (result.MapOrNull() is { } entries)
            {
                context.Left -= entries.Count;
                for (int entry = 0; entry < entries.Count && !context.IsExhausted; entry++)
                {
                    keys.Add(entries.KeyAt(entry));
                    values.Add(entries.ValueAt(entry));
                }
            }
            else
            {
                return RaiseOperand(ref context, Body, result);
            }
        }

        Value map = GeneralMap.Build(keys.ToArray(), values.ToArray(), out string? reason);
        return reason is null ? map : Raise(ref context, reason, this);
    }
}

/// <summary><c>sortBy</c>: the elements in the order of their keys, equal ones as they stood.</summary>
internal sealed class SortByNode(int position, Node source, Node body, int local)
    : LoopNode(position, source, null, body, local, hasSecond: false)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        if (!TryStart(ref context, out Walk walk, out Value error))
        {
            return error;
        }

        Value[] items = new Value[walk.Count];
        Value[] keys = new Value[walk.Count];
        for (int i = 0; i < walk.Count; i++)
        {
            if (!Step(ref context, walk, i))
            {
                return Costly(ref context);
            }

            items[i] = context.Locals[Local];
            keys[i] = Body.Evaluate(ref context);
            if (keys[i].IsError)
            {
                return keys[i];
            }
        }

        string? reason = Sorting.Sort(ref context, keys, items);
        return reason is null ? Value.Of(new ListValue(items)) : Raise(ref context, reason, this);
    }
}

/// <summary><c>cel.bind(name, value, body)</c>; an error bound is an error only where the name is used.</summary>
internal sealed class BindNode(int position, Node source, Node body, int local) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        context.Locals[local] = source.Evaluate(ref context);
        return body.Evaluate(ref context);
    }

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        context.Locals[local] = source.Evaluate(ref context);
        return body.Test(ref context);
    }

    internal override string? Path() => source.Path() ?? body.Path();
}

/// <summary><c>optional.optMap(x, body)</c> and <c>optFlatMap</c>, whose body is an optional itself.</summary>
internal sealed class OptionalMapNode(int position, Node source, Node body, int local, bool isFlat) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value value = source.Evaluate(ref context);
        if (value.IsError)
        {
            return value;
        }

        if (value.Kind != ValueKind.Opaque || value.AsOpaque() is not OptionalValue optional)
        {
            return RaiseOperand(ref context, source, value);
        }

        if (!optional.HasValue)
        {
            return value;
        }

        context.Locals[local] = optional.Value;
        Value result = body.Evaluate(ref context);
        if (result.IsError)
        {
            return result;
        }

        bool isOptional = result.Kind == ValueKind.Opaque && result.AsOpaque() is OptionalValue;
        return !isFlat ? OptionalValue.Of(result) : isOptional ? result : RaiseOperand(ref context, body, result);
    }

    internal override string? Path() => source.Path();
}
