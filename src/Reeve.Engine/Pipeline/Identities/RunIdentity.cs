using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline.Identities;

/// <summary>Who is who in one run: settles items before they are decided, and answers for those that are not. Not thread-safe.</summary>
/// <param name="policy">The packs.</param>
/// <param name="remembered">How many items back it remembers, beside those of a chunk; null: all.</param>
public sealed class RunIdentity(BoundPolicy policy, int? remembered = null)
{
    private readonly BatchIdentity identity = new(policy);

    // The exception that each item made, changed or repeats, from the first that is remembered; null for a refused item.
    private readonly List<SharedCase?> items = [];
    private int first;

    /// <summary>Settles the items that came next.</summary>
    public IReadOnlyList<SettledItem> Settle(IReadOnlyList<IntakeOutcome> chunk)
    {
        Forget();
        int start = first + items.Count;
        List<(Arrival, int)> arrivals = [];
        for (int i = 0; i < chunk.Count; i++)
        {
            if (chunk[i] is IntakeOutcome.Accepted accepted)
            {
                arrivals.Add((accepted.Arrival, start + i));
            }
        }

        using IEnumerator<IdentityOutcome> outcomes = identity.Settle(arrivals).GetEnumerator();
        List<SettledItem> settled = new(chunk.Count);
        foreach (IntakeOutcome outcome in chunk)
        {
            settled.Add(outcome switch
            {
                IntakeOutcome.Accepted accepted when outcomes.MoveNext() => Settled(start + settled.Count, accepted.Arrival, outcomes.Current),
                IntakeOutcome.Refused refused => new SettledItem { Index = start + settled.Count, Errors = refused.Errors },
                _ => throw new InvalidOperationException("An outcome of Intake without identity."),
            });
        }

        // What is repeated may stand later in the input, and may itself be a repeat: the earliest by time leads, not by place.
        items.AddRange(settled.Select(item => item.Shared));
        foreach (SettledItem item in settled)
        {
            item.Shared = Find(settled, start, item.Index);
            items[item.Index - first] = item.Shared;
        }

        return settled;
    }

    /// <summary>
    /// The items to be decided, in rounds: those of one round do not depend on one another; each after the first changes exceptions that
    /// earlier ones made.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<SettledItem>> Rounds(IReadOnlyList<SettledItem> settled)
    {
        List<IReadOnlyList<SettledItem>> rounds = [[.. settled.Where(item => item.Identity is IdentityOutcome.New)]];
        List<List<SettledItem>> changes = [];
        Dictionary<SharedCase, int> next = [];
        foreach (SettledItem item in settled.Where(item => item.Identity is IdentityOutcome.Follows).OrderBy(item => ((IdentityOutcome.Follows)item.Identity!).Turn))
        {
            int round = next.GetValueOrDefault(item.Shared!); // not null: it follows an item that made an exception
            next[item.Shared!] = round + 1;
            if (round == changes.Count)
            {
                changes.Add([]);
            }

            changes[round].Add(item);
        }

        return [.. rounds, .. changes];
    }

    private void Forget()
    {
        if (remembered is { } count && items.Count > count)
        {
            int gone = items.Count - count;
            items.RemoveRange(0, gone);
            first += gone;
            identity.Forget(first);
        }
    }

    private SharedCase? Find(IReadOnlyList<SettledItem> settled, int start, int index)
    {
        if (items[index - first] is { } known || index < start)
        {
            return items[index - first];
        }

        return settled[index - start].Identity switch
        {
            IdentityOutcome.Repeats repeats => Find(settled, start, repeats.Index),
            IdentityOutcome.Follows follows => Find(settled, start, follows.Index),
            _ => null,
        };
    }

    private static SettledItem Settled(int index, Arrival arrival, IdentityOutcome outcome) => outcome switch
    {
        IdentityOutcome.New => new SettledItem { Index = index, Arrival = arrival, Identity = outcome, Shared = new SharedCase() },
        IdentityOutcome.Refused refused => new SettledItem { Index = index, Errors = [refused.Error] },
        _ => new SettledItem { Index = index, Arrival = arrival, Identity = outcome },
    };
}
