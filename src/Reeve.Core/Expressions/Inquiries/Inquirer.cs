using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Nodes;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>
/// Walks parsed expressions and notes of every path how it is used. What it does not understand makes the paths in it opaque:
/// nothing is ever concluded from less than all uses.
/// </summary>
internal sealed partial class Inquirer
{
    // More elements than anybody lists by hand are not walked one by one.
    private const int MaxUnrolled = 32;

    private readonly Dictionary<string, PathUses> byKey = new(StringComparer.Ordinal);
    private readonly List<PathUses> uses = [];
    private readonly List<(string Name, Bound Is)> bound = [];
    private Expression? current;

    internal void Read(Ast ast, Expression expression)
    {
        current = expression;
        AskTruth(ast);
    }

    internal IReadOnlyList<PathInquiry> Finish()
    {
        Relate();
        return [.. uses.Select(use => new PathInquiry
        {
            Parts = use.Parts,
            Text = use.Text,
            Position = use.Position,
            Compared = use.Compared,
            Members = use.Members,
            Texts = use.Texts,
            IsTransformed = use.Transform is not null,
            LeadsOn = use.LeadsOn,
            Candidates = CandidateValues.Of(use),
        })];
    }

    // Where the answer is a truth.
    private void AskTruth(Ast ast)
    {
        switch (ast)
        {
            case LiteralAst: break;
            case OperatorAst { Kind: Operator.And or Operator.Or, Right: { } right } both:
                AskTruth(both.Left);
                AskTruth(right);
                break;
            case OperatorAst { Kind: Operator.Not } not: AskTruth(not.Left); break;
            case OperatorAst { Kind: Operator.In, Right: { } list } within: AskIn(within.Left, list); break;
            case OperatorAst { Kind: >= Operator.Equal and <= Operator.GreaterOrEqual, Right: { } right } comparison:
                Compare(comparison.Left, right, comparison.Kind is not (Operator.Equal or Operator.NotEqual));
                break;
            case ConditionalAst choice:
                AskTruth(choice.Condition);
                AskTruth(choice.Then);
                AskTruth(choice.Otherwise);
                break;
            case HasAst { Operand: var operand } when PathOf(operand) is { } path: Use(path, operand.Position).IsAskedFor = true; break;
            case CallAst { Target: { } target, Arguments: [{ } part], Function: "startsWith" or "endsWith" or "contains" } call:
                AskText(target, part, call);
                break;
            case MacroAst { Kind: MacroKind.All or MacroKind.Exists or MacroKind.ExistsOne, Second: null } macro when Constant(macro.Source)?.ListOrNull() is { Count: <= MaxUnrolled } list:
                Unroll(macro, list);
                break;
            default:
                if (PathOf(ast) is { } asked)
                {
                    Use(asked, ast.Position).IsTruth = true;
                }
                else
                {
                    GiveUp(ast);
                }

                break;
        }
    }

    private void Unroll(MacroAst macro, ListValue list)
    {
        foreach (Value element in list.Items.ToArray())
        {
            bound.Add((macro.First, new Bound(element, null)));
            AskTruth(macro.Body);
            bound.RemoveAt(bound.Count - 1);
        }
    }

    private void Compare(Ast left, Ast right, bool byOrder)
    {
        if (left is ConditionalAst either)
        {
            AskTruth(either.Condition);
            Compare(either.Then, right, byOrder);
            Compare(either.Otherwise, right, byOrder);
            return;
        }

        if (right is ConditionalAst)
        {
            Compare(right, left, byOrder);
            return;
        }

        if (AsksForType(left, right) || AsksForType(right, left))
        {
            return;
        }

        Term one = Resolve(left);
        Term other = Resolve(right);
        switch (one, other)
        {
            case (Term.Fixed, Term.Fixed): break;
            case (Term.Read read, Term.Fixed known): Compare(read, known.Value, byOrder, left.Position); break;
            case (Term.Fixed known, Term.Read read): Compare(read, known.Value, byOrder, right.Position); break;
            case (Term.Read { Through: null } read, Term.Read { Through: null } with):
                PathUses first = Use(read.Path, left.Position);
                PathUses second = Use(with.Path, right.Position);
                first.IsOrdered |= byOrder;
                second.IsOrdered |= byOrder;
                first.Pass(transform: null);
                second.Pass(transform: null);
                first.Linked.Add(second);
                second.Linked.Add(first);
                break;
            default:
                GiveUp(left);
                GiveUp(right);
                break;
        }
    }

    private void Compare(Term.Read read, in Value known, bool byOrder, int position)
    {
        PathUses use = Use(read.Path, position);
        if (read.Through == "size")
        {
            if (known.Kind == ValueKind.Int)
            {
                use.Measure(known.AsInt());
            }
            else
            {
                use.IsOpaque = true;
            }

            return;
        }

        if (known.Kind == ValueKind.String || read.Through is not null)
        {
            use.Pass(read.Through);
            use.IsOpaque |= byOrder && read.Through is not null;
        }

        use.CompareWith(known, byOrder);
    }

    // type(x) == int: the name of a type is no data here.
    private bool AsksForType(Ast call, Ast name)
    {
        if (call is CallAst { Function: "type", Target: null, Arguments: [{ } of] } && PathOf(of) is { } path
            && name is NameAst named && TypeNames.Find(named.Name) is not null)
        {
            Use(path, of.Position).IsTyped = true;
            return true;
        }

        return false;
    }

    private void AskIn(Ast element, Ast list)
    {
        if (list is ConditionalAst either)
        {
            AskTruth(either.Condition);
            AskIn(element, either.Then);
            AskIn(element, either.Otherwise);
            return;
        }

        Term wanted = Resolve(element);
        Term place = Resolve(list);
        switch (wanted, place)
        {
            case (Term.Fixed, Term.Fixed): break;
            case (Term.Read { Through: not "size" } read, Term.Fixed known) when Elements(known.Value) is { } elements:
                // Nothing is in an empty list, but without a value the question has no answer.
                Use(read.Path, element.Position).Pass(read.Through);
                foreach (Value one in elements)
                {
                    Compare(read, one, byOrder: false, element.Position);
                }

                break;
            case (Term.Fixed known, Term.Read { Through: null } read): Use(read.Path, list.Position).LookFor(known.Value); break;
            case (_, _) when list is ListAst { Optional: null } written:
                foreach (Ast one in written.Elements)
                {
                    Compare(element, one, byOrder: false);
                }

                break;
            default:
                GiveUp(element);
                GiveUp(list);
                break;
        }
    }

    private static Value[]? Elements(in Value value)
    {
        if (value.ListOrNull() is { } list)
        {
            return list.Items.ToArray();
        }

        return value.MapOrNull() is { } map ? [.. Enumerable.Range(0, map.Count).Select(map.KeyAt)] : null;
    }

    private void AskText(Ast target, Ast part, CallAst call)
    {
        if (part is ConditionalAst either)
        {
            AskTruth(either.Condition);
            AskText(target, either.Then, call);
            AskText(target, either.Otherwise, call);
            return;
        }

        if (Resolve(target) is not Term.Read { Through: not "size" } read || Constant(part)?.StringOrNull() is not { } text)
        {
            GiveUp(target);
            GiveUp(part);
            return;
        }

        PathUses use = Use(read.Path, target.Position);
        use.Pass(read.Through);
        use.LookFor(new TextTest(call.Function switch { "startsWith" => TextTestKind.Prefix, "endsWith" => TextTestKind.Suffix, _ => TextTestKind.Part }, text));
    }

    // Every path in here is read, and no list of values can stand for what is done with it.
    private void GiveUp(Ast ast)
    {
        if (PathOf(ast) is { } path)
        {
            Use(path, ast.Position).IsOpaque = true;
            return;
        }

        switch (ast)
        {
            case MacroAst macro: GiveUpMacro(macro); break;
            case IndexAst index when PathOf(index.Operand) is { } operand:
                Use(operand, index.Operand.Position).IsOpaque = true;
                GiveUp(index.Key);
                break;
            case CallAst { Target: NameAst space } call when Functions.FunctionTable.Names.Contains(space.Name + "." + call.Function):
                foreach (Ast argument in call.Arguments)
                {
                    GiveUp(argument);
                }

                break;
            case CallAst { Function: "type" or "dyn", Target: null, Arguments: [NameAst type] } when TypeNames.Find(type.Name) is not null: break;
            default:
                foreach (Ast child in AstChildren.Of(ast))
                {
                    GiveUp(child);
                }

                break;
        }
    }

    // The variable of a walk over a path stands for its elements, so that their fields are known as read.
    private void GiveUpMacro(MacroAst macro)
    {
        GiveUp(macro.Source);
        bool overElements = macro.Kind is not (MacroKind.Bind or MacroKind.Inline or MacroKind.OptionalMap or MacroKind.OptionalFlatMap);
        List<PathPart>? source = PathOf(macro.Source);
        List<PathPart>? element = source is null ? null : overElements ? [.. source, PathPart.Any] : source;
        int before = bound.Count;
        bound.Add((macro.First, new Bound(null, macro.Second is null ? element : null)));
        if (macro.Second is { } second)
        {
            bound.Add((second, new Bound(null, element)));
        }

        if (macro.Filter is { } filter)
        {
            GiveUp(filter);
        }

        GiveUp(macro.Body);
        bound.RemoveRange(before, bound.Count - before);
    }
}
