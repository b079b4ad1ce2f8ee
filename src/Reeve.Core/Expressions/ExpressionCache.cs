namespace Reeve.Core.Expressions;

/// <summary>
/// The compiled trees in use, so that equal conditions of different tenants share one. Two generations: what is asked for
/// moves to the young one, and when that is full the old one is let go. Trees already handed out live on with their owners.
/// Thread-safe.
/// </summary>
internal static class ExpressionCache
{
    /// <summary>How many trees one generation holds; at some 700 bytes each both hold about 11 MB.</summary>
    internal const int Generation = 8_192;

    private static readonly Lock Gate = new();
    private static Dictionary<Key, Expression> young = [];
    private static Dictionary<Key, Expression> old = [];

    internal static Expression? Find(string text, ExpressionMode mode)
    {
        Key key = new(text, mode);
        lock (Gate)
        {
            if (young.TryGetValue(key, out Expression? found))
            {
                return found;
            }

            if (old.Remove(key, out found))
            {
                Add(new Key(found.Text, mode), found);
            }

            return found;
        }
    }

    // Returns the tree to use: another thread may have compiled the same meanwhile.
    internal static Expression Keep(Expression made)
    {
        Key key = new(made.Text, made.Mode);
        lock (Gate)
        {
            if (young.TryGetValue(key, out Expression? first))
            {
                return first;
            }

            Add(key, made);
            return made;
        }
    }

    private static void Add(Key key, Expression expression)
    {
        if (young.Count >= Generation)
        {
            old = young;
            young = [];
        }

        young[key] = expression;
    }

    private readonly record struct Key(string Text, ExpressionMode Mode);
}
