using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary>
/// Turns a parsed expression into the tree that is evaluated: names become slots where they can, frequent shapes become
/// one node, constants are folded (never into an error), loop variables become numbers.
/// </summary>
internal sealed partial class NodeBuilder(string text, ExpressionMode mode, bool deferUnknownFunctions)
{
    // What folding may cost: enough for the literals people write, too little for a bomb.
    private const int FoldingBudget = 2_000;

    private readonly List<string> locals = [];
    private readonly Dictionary<string, Ast> inlined = new(StringComparer.Ordinal);
    private int nodes;
    private int depth;
    private int patternSize;

    /// <summary>How many variables are bound at once at most.</summary>
    internal int LocalCount { get; private set; }

    private bool IsStrict => mode == ExpressionMode.Strict;

    internal Node Build(Ast ast)
    {
        // Inlining repeats and nests parts, so what was parsed does not bound what is built.
        nodes++;
        depth++;
        if (nodes > ExpressionLimits.MaxNodes || depth > ExpressionLimits.MaxDepth)
        {
            throw nodes > ExpressionLimits.MaxNodes
                ? SyntaxFault.At(ErrorCatalogue.Expressions.TooLarge, $"More than {ExpressionLimits.MaxNodes:N0} parts.", text, ast.Position)
                : SyntaxFault.At(ErrorCatalogue.Expressions.TooDeep, $"More than {ExpressionLimits.MaxDepth} levels.", text, ast.Position);
        }

        Node node = Make(ast);
        depth--;
        return node;
    }

    private Node Make(Ast ast) => ast switch
    {
        LiteralAst literal => new ConstantNode(literal.Position, literal.Value),
        NameAst name => BuildName(name),
        SelectAst select => BuildSelect(select),
        IndexAst index => BuildIndex(index),
        HasAst has => BuildHas(has),
        OperatorAst { Right: null } unary => BuildUnary(unary),
        OperatorAst binary => BuildBinary(binary, binary.Right),
        ConditionalAst conditional => BuildConditional(conditional),
        CallAst call => BuildCall(call),
        ListAst list => BuildList(list),
        MapAst map => BuildMap(map),
        MessageAst message => new MessageNode(message.Position, message.TypeName, message.Fields, BuildAll(message.Values)),
        MacroAst macro => BuildMacro(macro),
        _ => throw new InvalidOperationException($"No node for {ast.GetType().Name}."),
    };

    private Node[] BuildAll(Ast[] asts)
    {
        Node[] nodes = new Node[asts.Length];
        for (int i = 0; i < asts.Length; i++)
        {
            nodes[i] = Build(asts[i]);
        }

        return nodes;
    }

    private Node BuildName(NameAst name)
    {
        int local = name.IsAbsolute ? -1 : locals.LastIndexOf(name.Name);
        if (local >= 0)
        {
            return new LocalNode(name.Position, local, name.Name);
        }

        if (inlined.TryGetValue(name.Name, out Ast? part))
        {
            return Build(part);
        }

        int slot = IsStrict ? -1 : RootNames.SlotOf(name.Name);
        return slot >= 0
            ? new SlotNode(name.Position, (short)slot, SpellingOf(slot, name.Name))
            : new NameNode(name.Position, name.Name, TypeNames.Find(name.Name));
    }

    private static short SpellingOf(int slot, string name) => (short)RootNames.SpellingsOf(slot).IndexOf(name);

    private Node BuildSelect(SelectAst select)
    {
        if (select.IsOptional)
        {
            return new OptionalSelectNode(select.Position, Build(select.Operand), Constant(select.Position, select.Field));
        }

        if (!IsStrict && select.Operand is NameAst root && IsFree(root) && RootNames.SlotOf(root.Name) is >= 0 and var slot)
        {
            return new SlotFieldNode(select.Position, (short)slot, SpellingOf(slot, root.Name), select.Field);
        }

        Node node = new SelectNode(select.Position, Build(select.Operand), select.Field);
        if (ChainOf(select) is not { } chain)
        {
            return node;
        }

        if (chain == TypeNames.NullValue)
        {
            return new ConstantNode(select.Position, Value.Of(0L));
        }

        TypeValue? type = TypeNames.Find(chain);
        return IsStrict || type is not null ? new QualifiedNode(select.Position, chain, node, type) : node;
    }

    private bool IsFree(NameAst name) => name.IsAbsolute || !locals.Contains(name.Name);

    // a.b.c as a text, when a is no loop variable.
    private string? ChainOf(Ast ast) => ast switch
    {
        NameAst name when IsFree(name) => name.Name,
        SelectAst { IsOptional: false } select when ChainOf(select.Operand) is { } prefix => prefix + "." + select.Field,
        _ => null,
    };

    private Node BuildIndex(IndexAst index)
    {
        Node operand = Build(index.Operand);
        Node key = Build(index.Key);
        return index.IsOptional
            ? new OptionalSelectNode(index.Position, operand, key)
            : Folded(new IndexNode(index.Position, operand, key), operand, key);
    }

    private Node BuildHas(HasAst has)
    {
        if (IsStrict && has.Operand is not SelectAst)
        {
            throw SyntaxFault.At(
                ErrorCatalogue.Expressions.BadMacro, "has() asks for a field, such as has(request.amount).", text, has.Operand.Position);
        }

        if (has.Operand is NameAst)
        {
            return new HasPathNode(has.Position, Build(has.Operand));
        }

        if (Build(has.Operand) is SlotFieldNode path)
        {
            return new HasPathNode(has.Position, path);
        }

        return has.Operand switch
        {
            SelectAst select => new HasNode(has.Position, Build(select.Operand), Constant(select.Position, select.Field)),
            IndexAst index => new HasNode(has.Position, Build(index.Operand), Build(index.Key)),
            _ => throw new InvalidOperationException("has() of what is no path."),
        };
    }

    private Node BuildUnary(OperatorAst unary)
    {
        Node operand = Build(unary.Left);
        return unary.Kind == Operator.Not
            ? Folded(new NotNode(unary.Position, operand), operand)
            : Folded(new NegateNode(unary.Position, operand), operand);
    }

    private Node BuildBinary(OperatorAst binary, Ast second)
    {
        Node left = Build(binary.Left);
        Node right = Build(second);
        switch (binary.Kind)
        {
            case Operator.And: return new AndNode(binary.Position, left, right);
            case Operator.Or: return new OrNode(binary.Position, left, right);
            case Operator.Equal or Operator.NotEqual: return BuildEqual(binary, left, right);
            case Operator.In: return BuildIn(binary, left, right);
            case Operator.Less or Operator.LessOrEqual or Operator.Greater or Operator.GreaterOrEqual: return BuildOrder(binary, left, right);
            default: return Folded(new ArithmeticNode(binary.Position, binary.Kind, left, right), left, right);
        }
    }

    private Node BuildEqual(OperatorAst binary, Node left, Node right)
    {
        bool negated = binary.Kind == Operator.NotEqual;
        if (left is ConstantNode && right is not ConstantNode)
        {
            (left, right) = (right, left);
        }

        return right is ConstantNode { Value.Kind: ValueKind.String } constant && left is not ConstantNode
            ? new EqualTextNode(binary.Position, left, constant.Value.AsString(), negated)
            : Folded(new EqualNode(binary.Position, left, right, negated), left, right);
    }

    private Node BuildOrder(OperatorAst binary, Node left, Node right)
    {
        if (right is ConstantNode { Value.IsPlainInt: true } bound && left is not ConstantNode)
        {
            return new OrderIntNode(binary.Position, binary.Kind, left, bound.Value.AsInt());
        }

        if (left is ConstantNode { Value.IsPlainInt: true } limit && right is not ConstantNode)
        {
            Operator turned = binary.Kind switch
            {
                Operator.Less => Operator.Greater,
                Operator.LessOrEqual => Operator.GreaterOrEqual,
                Operator.Greater => Operator.Less,
                _ => Operator.LessOrEqual,
            };
            return new OrderIntNode(binary.Position, turned, right, limit.Value.AsInt());
        }

        return Folded(new OrderNode(binary.Position, binary.Kind, left, right), left, right);
    }

    private Node BuildIn(OperatorAst binary, Node left, Node right)
    {
        if (left is not ConstantNode && right is ConstantNode { Value.Kind: ValueKind.List } constant && TextsOf(constant.Value.AsList()) is { } texts)
        {
            return new InTextsNode(binary.Position, left, texts);
        }

        return Folded(new InNode(binary.Position, left, right), left, right);
    }

    private static string[]? TextsOf(ListValue list)
    {
        string[] texts = new string[list.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            if (list[i].StringOrNull() is not { } text)
            {
                return null;
            }

            texts[i] = text;
        }

        if (texts.Length > InTextsNode.ScanLimit)
        {
            Array.Sort(texts, StringComparer.Ordinal);
        }

        return texts;
    }

    private Node BuildConditional(ConditionalAst ast)
    {
        Node condition = Build(ast.Condition);
        Node then = Build(ast.Then);
        Node otherwise = Build(ast.Otherwise);
        return Folded(new ConditionalNode(ast.Position, condition, then, otherwise), condition, then, otherwise);
    }

    private Node BuildList(ListAst list)
    {
        Node[] elements = BuildAll(list.Elements);
        return Folded(new ListNode(list.Position, elements, list.Optional), elements);
    }

    private Node BuildMap(MapAst map)
    {
        Node[] keys = BuildAll(map.Keys);
        Node[] values = BuildAll(map.Values);
        return Folded(new MapNode(map.Position, keys, values, map.Optional), [.. keys, .. values]);
    }

    private static ConstantNode Constant(int position, string value) => new(position, Value.Of(value));

    private Node Folded(Node node, params ReadOnlySpan<Node> operands)
    {
        foreach (Node operand in operands)
        {
            if (operand is not ConstantNode)
            {
                return node;
            }
        }

        EvalContext context = new(Activation.Empty, new FaultCache(), mode, [], FoldingBudget);
        Value value = node.Evaluate(ref context);
        return value.IsError || context.IsExhausted ? node : new ConstantNode(node.Position, value);
    }
}
