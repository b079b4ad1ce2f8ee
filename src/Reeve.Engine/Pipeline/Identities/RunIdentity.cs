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
    // Made when there is something to compare: most inputs of a busy day are one item.
    private BatchIdentity? identity;

    // The exception that each item made, changed or repeats, from the first that is remembered; null for a refused item.
    private readonly List<SharedCase?> items = [];
    private int first;

    /// <summary>Settles the items that came next.</summary>
    /// <param name="chunk">What became of them at the door.</param>
    /// <param name="isLast">Whether nothing comes behind them; a single item is then compared with nothing.</param>
    public IReadOnlyList<SettledItem> Settle(IReadOnlyList<IntakeOutcome> chunk, bool isLast = false)
    {
        if (isLast && identity is null && chunk.Count == 1)
        {
            return [chunk[0] is IntakeOutcome.Accepted only
                ? Settled(0, only.Arrival, BatchIdentity.First)
                : new SettledItem { Index = 0, Errors = ((IntakeOutcome.Refused)chunk[0]).Errors }];
        }

        identity ??= new BatchIdentity(policy);
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
        List<SettledItem> made = new(settled.Count);
        List<SettledItem> following = [];
        for (int i = 0; i < settled.Count; i++)
        {
            switch (settled[i].Identity)
            {
                case IdentityOutcome.New:
                    made.Add(settled[i]);
                    break;
                case IdentityOutcome.Follows:
                    following.Add(settled[i]);
                    break;
            }
        }

        return following.Count == 0 ? [made] : [made, .. Changes(following)];
    }

    private static List<List<SettledItem>> Changes(List<SettledItem> following)
    {
        List<List<SettledItem>> changes = [];
        Dictionary<SharedCase, int> next = [];
        foreach (SettledItem item in following.OrderBy(item => ((IdentityOutcome.Follows)item.Identity!).Turn)) // not null: it follows
        {
            int round = next.GetValueOrDefault(item.Shared!); // not null: it follows an item that made an exception
            next[item.Shared!] = round + 1;
            if (round == changes.Count)
            {
                changes.Add([]);
            }

            changes[round].Add(item);
        }

        return changes;
    }

    private void Forget()
    {
        if (remembered is { } count && items.Count > count)
        {
            int gone = items.Count - count;
            items.RemoveRange(0, gone);
            first += gone;
            identity!.Forget(first); // not null: items were settled
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
