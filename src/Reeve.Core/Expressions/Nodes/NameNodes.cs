using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary>A root name without a slot; a type's name denotes the type unless data has a field of that name.</summary>
internal sealed class NameNode(int position, string name, TypeValue? type) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        if (context.Activation.TryFind(name, out Value value))
        {
            return value;
        }

        return type is not null ? Value.Of(type)
            : context.IsStrict ? Raise(ref context, Fault.Undeclared, this)
            : Value.Null;
    }

    internal bool IsKnown(ref EvalContext context) => context.Activation.TryFind(name, out _);

    internal override string? Path() => name;
}

/// <summary>A well-known root name of a lenient expression; <paramref name="spelling"/> is which of its spellings was written.</summary>
internal sealed class SlotNode(int position, short slot, short spelling) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        context.Activation.TryFindSlot(slot, out Value value);
        return value;
    }

    internal bool IsKnown(ref EvalContext context) => context.Activation.TryFindSlot(slot, out _);

    internal override string? Path() => RootNames.SpellingsOf(slot)[spelling];
}

/// <summary>A field of a well-known root name, the commonest path of all, in one node.</summary>
internal sealed class SlotFieldNode(int position, short slot, short spelling, string field) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left -= 2;
        if (context.Activation.TryFindSlot(slot, out Value root) && root.MapOrNull() is { } map)
        {
            map.TryGet(field, out Value value);
            return value;
        }

        return root.IsError ? root : Selection.Field(root, field, out _);
    }

    internal bool Exists(ref EvalContext context) =>
        context.Activation.TryFindSlot(slot, out Value root) && Selection.Has(root, field) == TruthKind.True;

    internal override string? Path() => RootNames.SpellingsOf(slot)[spelling] + "." + field;
}

/// <summary>A loop or bound variable.</summary>
internal sealed class LocalNode(int position, int index, string name) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        return context.Locals[index];
    }

    internal override string? Path() => name;
}

/// <summary>A chain such as <c>a.b.c</c> of a strict expression, which may be one variable with a dotted name.</summary>
internal sealed class QualifiedNode(int position, string name, Node chain, TypeValue? type) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        if (context.Activation.HasDottedNames && context.Activation.TryFind(name, out Value value))
        {
            context.Left--;
            return value;
        }

        if (type is null)
        {
            return chain.Evaluate(ref context);
        }

        string root = name[..name.IndexOf('.')];
        return context.Activation.TryFind(root, out _) ? chain.Evaluate(ref context) : Value.Of(type);
    }

    internal override string? Path() => name;
}
