using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.Policies;

/// <summary>The playbooks of both packs as one list, in which a higher version has replaced a lower one of the same id or name (EX-PB-2).</summary>
internal static class PlaybookUnion
{
    /// <summary>Domain playbooks first, then the tenant's, in file order.</summary>
    /// <param name="all">Resolved playbooks, the domain's before the tenant's.</param>
    /// <param name="replaced">Takes those that were replaced, each with what replaced it.</param>
    internal static IReadOnlyList<Playbook> Newest(IReadOnlyList<Playbook> all, List<(Playbook Old, Playbook New)> replaced)
    {
        // Of one id and version the tenant's own wins, as it wins every other tie.
        IReadOnlyList<Playbook> byId = Keep(all, playbook => playbook.Id.Value, keepEqual: false, replaced);

        // Of one name but two ids, equal versions are different playbooks that happen to share a title.
        return Keep(byId, playbook => playbook.Name, keepEqual: true, replaced);
    }

    private static List<Playbook> Keep(IReadOnlyList<Playbook> all, Func<Playbook, string> key, bool keepEqual, List<(Playbook Old, Playbook New)> replaced)
    {
        Dictionary<string, Playbook> newest = new(StringComparer.Ordinal);
        foreach (Playbook playbook in all)
        {
            if (!newest.TryGetValue(key(playbook), out Playbook? other) || Compare(playbook, other) >= 0)
            {
                newest[key(playbook)] = playbook;
            }
        }

        List<Playbook> kept = new(all.Count);
        foreach (Playbook playbook in all)
        {
            Playbook best = newest[key(playbook)];
            bool stays = key(playbook).Length == 0 || ReferenceEquals(best, playbook) || (keepEqual && Compare(playbook, best) == 0);
            if (stays)
            {
                kept.Add(playbook);
            }
            else
            {
                replaced.Add((playbook, best));
            }
        }

        return kept;
    }

    private static int Compare(Playbook left, Playbook right) => SemanticVersion.Read(left.Version).CompareTo(SemanticVersion.Read(right.Version));
}
