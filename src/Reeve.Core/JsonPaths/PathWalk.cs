using Reeve.Core.Values;

namespace Reeve.Core.JsonPaths;

/// <summary>Receives one selected node; true ends the walk.</summary>
internal delegate bool NodeVisitor(in Value node);

/// <summary>
/// One evaluation of a query over one document. Depth first over segments, so that nodes come in the RFC's order without
/// lists in between; descendants by a stack of our own, so that deep documents cannot overflow the thread's.
/// </summary>
internal sealed partial class PathWalk(Value root, int budget)
{
    private readonly Value root = root;
    private int left = budget;

    /// <summary>Whether the budget ran out: what was reported so far is then incomplete.</summary>
    internal bool IsExhausted => left < 0;

    /// <summary>Reports every node of the query, starting at the root or at <paramref name="current"/>.</summary>
    internal void Run(PathQuery query, in Value current, NodeVisitor visit) =>
        Follow(query.Segments, 0, query.FromRoot ? root : current, visit);

    private bool Spend(int nodes)
    {
        left = left < nodes ? -1 : left - nodes;
        return left >= 0;
    }

    // True: stop everything.
    private bool Follow(Segment[] segments, int at, in Value node, NodeVisitor visit)
    {
        if (!Spend(1))
        {
            return true;
        }

        if (at == segments.Length)
        {
            return visit(node);
        }

        return segments[at].Descendant ? Descend(segments, at, node, visit) : Apply(segments, at, node, visit);
    }

    private bool Descend(Segment[] segments, int at, in Value node, NodeVisitor visit)
    {
        Stack<Value> pending = new();
        pending.Push(node);
        while (pending.TryPop(out Value next))
        {
            if (Apply(segments, at, next, visit))
            {
                return true;
            }

            int children = ChildCount(next);
            if (!Spend(children))
            {
                return true;
            }

            for (int i = children - 1; i >= 0; i--)
            {
                Value child = ChildAt(next, i);
                if (child.Kind is ValueKind.List or ValueKind.Map)
                {
                    pending.Push(child);
                }
            }
        }

        return false;
    }

    private bool Apply(Segment[] segments, int at, in Value node, NodeVisitor visit)
    {
        foreach (Selector selector in segments[at].Selectors)
        {
            if (Pick(selector, segments, at + 1, node, visit))
            {
                return true;
            }
        }

        return false;
    }

    private bool Pick(Selector selector, Segment[] segments, int next, in Value node, NodeVisitor visit)
    {
        switch (selector)
        {
            case NameSelector name:
                return node.MapOrNull() is { } map && map.TryGet(name.Name, out Value member)
                    && Follow(segments, next, member, visit);
            case IndexSelector index:
                return node.ListOrNull() is { } list && TryIndex(list, index.Index, out int position)
                    && Follow(segments, next, list[position], visit);
            case SliceSelector slice:
                return node.ListOrNull() is { } items && PickSlice(slice, items, segments, next, visit);
            case WildcardSelector:
                return PickChildren(null, segments, next, node, visit);
            default:
                return PickChildren(((FilterSelector)selector).Condition, segments, next, node, visit);
        }
    }

    private bool PickChildren(Logical? condition, Segment[] segments, int next, in Value node, NodeVisitor visit)
    {
        int children = ChildCount(node);
        for (int i = 0; i < children; i++)
        {
            Value child = ChildAt(node, i);
            if (condition is not null && !Spend(1))
            {
                return true;
            }

            if ((condition is null || Holds(condition, child)) && Follow(segments, next, child, visit))
            {
                return true;
            }
        }

        return IsExhausted;
    }

    // RFC 9535, section 2.3.4.2.2.
    private bool PickSlice(SliceSelector slice, ListValue items, Segment[] segments, int next, NodeVisitor visit)
    {
        long count = items.Count;
        long step = slice.Step;
        if (step > 0)
        {
            long end = Math.Clamp(FromEnd(slice.End ?? count, count), 0, count);
            for (long i = Math.Clamp(FromEnd(slice.Start ?? 0, count), 0, count); i < end; i += step)
            {
                if (Follow(segments, next, items[(int)i], visit))
                {
                    return true;
                }
            }
        }
        else if (step < 0)
        {
            long end = slice.End is { } given ? Math.Clamp(FromEnd(given, count), -1, count - 1) : -1;
            for (long i = Math.Clamp(FromEnd(slice.Start ?? count - 1, count), -1, count - 1); i > end; i += step)
            {
                if (Follow(segments, next, items[(int)i], visit))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static long FromEnd(long index, long count) => index < 0 ? count + index : index;

    private static bool TryIndex(ListValue list, long index, out int position)
    {
        long at = FromEnd(index, list.Count);
        position = (int)Math.Clamp(at, 0, int.MaxValue);
        return at >= 0 && at < list.Count;
    }

    private static int ChildCount(in Value node) =>
        node.ListOrNull() is { } list ? list.Count : node.MapOrNull() is { } map ? map.Count : 0;

    private static Value ChildAt(in Value node, int index) =>
        node.ListOrNull() is { } list ? list[index] : node.AsMap().ValueAt(index);
}
