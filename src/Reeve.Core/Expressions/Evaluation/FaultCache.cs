using Reeve.Core.Expressions.Nodes;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>
/// The errors one compiled expression has raised, each made once: raising one again allocates nothing. Thread-safe; a race
/// makes an error twice, which harms nobody.
/// </summary>
internal sealed class FaultCache
{
    // Past this many different errors further ones are made anew each time, so that a huge expression stays linear.
    private const int Most = 64;

    private Entry? first;

    /// <summary>The error of this kind at this node; <paramref name="message"/> must be a constant.</summary>
    internal Value Raise(Node at, string message, Node? blamed)
    {
        int count = 0;
        for (Entry? entry = Volatile.Read(ref first); entry is not null; entry = entry.Next)
        {
            if (ReferenceEquals(entry.At, at) && ReferenceEquals(entry.Blamed, blamed) && ReferenceEquals(entry.Error.Message, message))
            {
                return Value.Of(entry.Error);
            }

            count++;
        }

        ValueError error = new(message, blamed?.Path(), at.Position);
        if (count < Most)
        {
            Volatile.Write(ref first, new Entry(at, blamed, error, Volatile.Read(ref first)));
        }

        return Value.Of(error);
    }

    private sealed class Entry(Node at, Node? blamed, ValueError error, Entry? next)
    {
        internal Node At { get; } = at;

        internal Node? Blamed { get; } = blamed;

        internal ValueError Error { get; } = error;

        internal Entry? Next { get; } = next;
    }
}
