using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>Finds misfits that explain each other, in whichever chains they stand.</summary>
internal static class Matching
{
    /// <summary>How many misfits are compared, each with each. One tampering makes four at most.</summary>
    internal const int Most = 512;

    /// <summary>
    /// Marks as explained what follows an event that stands elsewhere, and gives the pairs that stand in each other's place.
    /// </summary>
    internal static IReadOnlyList<(Break One, Break Other)> Settle(List<Break> breaks)
    {
        List<Break> some = breaks.Count > Most ? breaks[..Most] : breaks;
        foreach (Break follower in some)
        {
            foreach (Break stray in some)
            {
                if (stray != follower && Links(stray.Hash, follower.Position, follower, follower.Hash))
                {
                    stray.StoodBefore = follower;
                    follower.IsExplained = true;
                }
            }
        }

        List<(Break, Break)> exchanged = [];
        for (int i = 0; i < some.Count; i++)
        {
            for (int j = i + 1; j < some.Count; j++)
            {
                if (AreExchanged(some[i], some[j]))
                {
                    some[i].IsExplained = some[j].IsExplained = true;
                    exchanged.Add((some[i], some[j]));
                }
            }
        }

        return exchanged;
    }

    // The second fits in the place of the first and the first in the place of the second, whether their hashes moved with
    // them or stayed.
    private static bool AreExchanged(Break first, Break second)
    {
        bool moved = Links(first.Previous, first.Position, second, second.Hash);
        if (!moved && !Links(first.Previous, first.Position, second, first.Hash))
        {
            return false;
        }

        bool adjacent = second.Previous.AsSpan().SequenceEqual(first.Hash);
        return Links(adjacent && moved ? second.Hash : second.Previous, second.Position, first, moved ? first.Hash : second.Hash);
    }

    private static bool Links(byte[] previous, EventPosition position, Break content, byte[] hash)
    {
        Span<byte> computed = stackalloc byte[EventHash.Length];
        EventHash.Link(previous, position, content.RecordedAt, content.Digest, computed);
        return computed.SequenceEqual(hash);
    }
}
