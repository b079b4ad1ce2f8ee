using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Core.Events;

/// <summary>
/// Puts a page of the log into the order in which things happened. Positions order a slot, and <c>row_version</c> the events of one
/// exception over all slots; clocks order nothing, they only choose between what is independent. Pure.
/// </summary>
internal static class LogOrder
{
    /// <summary>
    /// The page without what must wait for events behind its end, its commits in order. It ends earlier in a slot whose next commit
    /// waits, so that nothing is passed over; of the commits that happened first there is always one, so a page never comes to nothing.
    /// </summary>
    internal static LogPage Arrange(ReaderPosition from, LogPage page)
    {
        SortedDictionary<int, List<LogCommit>> slots = [];
        foreach (LogCommit commit in page.Commits)
        {
            if (!slots.TryGetValue(commit.Slot, out List<LogCommit>? of))
            {
                slots[commit.Slot] = of = [];
            }

            of.Add(commit);
        }

        bool held = HoldBack(slots);
        ReaderPosition next = held ? EndOf(from, slots, page.Next) : page.Next;
        return new LogPage(Merge(slots), next, page.IsCut || held);
    }

    // What is held back takes with it whatever follows it: in its slot, and in its exceptions.
    private static bool HoldBack(SortedDictionary<int, List<LogCommit>> slots)
    {
        bool held = false;
        Dictionary<(TenantId, ExceptionKey), long> lowestHeld = [];
        bool again = true;
        while (again)
        {
            again = false;
            foreach (List<LogCommit> commits in slots.Values)
            {
                int first = commits.FindIndex(commit => commit.Waits || commit.Events.Any(item => Follows(item, lowestHeld)));
                if (first < 0)
                {
                    continue;
                }

                foreach (LoggedEvent item in commits.Skip(first).SelectMany(commit => commit.Events))
                {
                    if (LeavesRow(item) && KeyOf(item) is { } key && item.RowVersion is { } version && (!lowestHeld.TryGetValue(key, out long lowest) || version < lowest))
                    {
                        lowestHeld[key] = version;
                    }
                }

                commits.RemoveRange(first, commits.Count - first);
                held = again = true;
            }
        }

        return held;
    }

    private static bool Follows(LoggedEvent item, Dictionary<(TenantId, ExceptionKey), long> lowestHeld) =>
        KeyOf(item) is { } key && lowestHeld.TryGetValue(key, out long lowest) && item.RowVersion > lowest;

    private static ReaderPosition EndOf(ReaderPosition from, SortedDictionary<int, List<LogCommit>> slots, ReaderPosition next)
    {
        foreach ((int slot, List<LogCommit> commits) in slots)
        {
            next = next.With(slot, commits.Count > 0 ? commits[^1].N : from[slot]);
        }

        return next;
    }

    // Of the slots' next commits the earliest that follows nothing still to come. A log that was tampered with may hold a circle: then
    // the earliest goes first, because a reader must go on.
    private static List<LogCommit> Merge(SortedDictionary<int, List<LogCommit>> slots)
    {
        Dictionary<(TenantId, ExceptionKey), SortedDictionary<long, int>> pending = [];
        foreach (LoggedEvent item in slots.Values.SelectMany(commits => commits).SelectMany(commit => commit.Events))
        {
            Count(pending, item, 1);
        }

        List<LogCommit> ordered = [];
        Dictionary<int, int> taken = slots.ToDictionary(slot => slot.Key, _ => 0);
        while (true)
        {
            LogCommit[] candidates = [.. slots.Where(slot => taken[slot.Key] < slot.Value.Count).Select(slot => slot.Value[taken[slot.Key]])
                .OrderBy(commit => commit.At).ThenBy(commit => commit.Slot)];
            if (candidates.Length == 0)
            {
                return ordered;
            }

            LogCommit chosen = candidates.Length == 1 ? candidates[0] : candidates.FirstOrDefault(commit => IsReady(commit, pending)) ?? candidates[0];
            ordered.Add(chosen);
            taken[chosen.Slot]++;
            foreach (LoggedEvent item in chosen.Events)
            {
                Count(pending, item, -1);
            }
        }
    }

    private static bool IsReady(LogCommit commit, Dictionary<(TenantId, ExceptionKey), SortedDictionary<long, int>> pending)
    {
        foreach (LoggedEvent item in commit.Events)
        {
            if (KeyOf(item) is { } key && item.RowVersion is { } version && pending.TryGetValue(key, out SortedDictionary<long, int>? versions) && versions.Count > 0 && versions.First().Key < version)
            {
                return false;
            }
        }

        return true;
    }

    private static void Count(Dictionary<(TenantId, ExceptionKey), SortedDictionary<long, int>> pending, LoggedEvent item, int by)
    {
        if (!LeavesRow(item) || KeyOf(item) is not { } key || item.RowVersion is not { } version)
        {
            return;
        }

        if (!pending.TryGetValue(key, out SortedDictionary<long, int>? versions))
        {
            pending[key] = versions = [];
        }

        int left = versions.GetValueOrDefault(version) + by;
        if (left > 0)
        {
            versions[version] = left;
        }
        else
        {
            versions.Remove(version);
        }
    }

    private static (TenantId, ExceptionKey)? KeyOf(LoggedEvent item) => item.ExceptionKey is { } key ? (item.TenantId, key) : null;

    // What is said of a version later leaves none: it may come when others have followed, and nothing waits for it.
    private static bool LeavesRow(LoggedEvent item) =>
        item.Type != EventType.ToolCallIntended && item.Type != EventType.ToolCallSettled && item.Type != EventType.ToolCallRefused;
}
