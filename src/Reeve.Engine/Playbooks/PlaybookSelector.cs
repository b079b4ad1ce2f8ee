using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks;

/// <summary>
/// Chooses the playbook for an exception (EX-PB-1, 2). Never one that the tenant did not approve, whoever suggests it. Pure:
/// the same input gives the same answer. Thread-safe; keep one per policy, since it has read the playbooks' texts.
/// </summary>
public sealed class PlaybookSelector
{
    private readonly BoundPolicy policy;
    private readonly Candidate[] candidates;

    /// <summary>Reads what every playbook of the policy uses, and whether the tenant may use it.</summary>
    public PlaybookSelector(BoundPolicy policy)
    {
        this.policy = policy;
        candidates = [.. policy.Playbooks.Select(Assess)];
    }

    /// <summary>Chooses for a record; its severity is the effective one.</summary>
    /// <param name="record">The exception, classified; one without type gets no playbook.</param>
    /// <param name="now">The stage's clock, against which deadlines are measured.</param>
    public Selection Select(ExceptionRecord record, DateTimeOffset now)
    {
        if (record.ExceptionType is not { } type)
        {
            return new Selection { Reason = "The exception has no type, so no playbook is for it." };
        }

        List<Ranked> applicable = [];
        List<RejectedPlaybook> rejected = [];
        Match(record, type, now, applicable, rejected);
        KeepNearest(applicable, rejected);
        applicable.Sort(Ranked.BestFirst);
        return Choose(type, applicable, rejected);
    }

    private void Match(ExceptionRecord record, ExceptionTypeName type, DateTimeOffset now, List<Ranked> applicable, List<RejectedPlaybook> rejected)
    {
        IReadOnlyList<ExceptionTypeName> lineage = policy.Domain.ExceptionTypes.Find(type.Value)?.Lineage ?? [type];
        foreach (Candidate candidate in candidates)
        {
            if (TypeRank.Of(candidate.Playbook, lineage) is not { } rank)
            {
                continue;
            }

            if (MatchRules.FirstFailure(candidate.Playbook.Match, record, policy, now) is { } failure)
            {
                rejected.Add(new RejectedPlaybook(candidate.Playbook.Id, failure));
            }
            else
            {
                applicable.Add(new Ranked(candidate, rank));
            }
        }
    }

    // Playbooks come from the type itself, else from the nearest ancestor that has any (EX-MODEL-11).
    private static void KeepNearest(List<Ranked> applicable, List<RejectedPlaybook> rejected)
    {
        int nearest = int.MaxValue;
        foreach (Ranked ranked in applicable)
        {
            nearest = TypeRank.IsExact(ranked.Rank) ? Math.Min(nearest, ranked.Rank) : nearest;
        }

        for (int i = applicable.Count - 1; i >= 0; i--)
        {
            if (TypeRank.IsExact(applicable[i].Rank) && applicable[i].Rank > nearest)
            {
                rejected.Insert(0, new RejectedPlaybook(applicable[i].Playbook.Id, "It is for an ancestor of the type, and a nearer type has a playbook that applies."));
                applicable.RemoveAt(i);
            }
        }
    }

    private static Selection Choose(ExceptionTypeName type, List<Ranked> applicable, List<RejectedPlaybook> others)
    {
        Ranked? selected = null;
        BlockedPlaybook? blocked = null;
        List<RejectedPlaybook> rejected = [];
        foreach (Ranked ranked in applicable)
        {
            Playbook playbook = ranked.Playbook;
            if (ranked.Candidate.Objection is { } objection)
            {
                rejected.Add(new RejectedPlaybook(playbook.Id, objection));
            }
            else if (selected is { } winner)
            {
                rejected.Add(new RejectedPlaybook(playbook.Id, ranked.WhyAfter(winner)));
            }
            else if (blocked is not null)
            {
                rejected.Add(new RejectedPlaybook(playbook.Id, $"'{blocked.PlaybookId}' goes before it, and is blocked."));
            }
            else if (ranked.Candidate.Blocked is { } names)
            {
                blocked = names;
                rejected.Add(new RejectedPlaybook(playbook.Id, names.Reason));
            }
            else
            {
                selected = ranked;
            }
        }

        return new Selection
        {
            Selected = selected?.Playbook,
            Blocked = blocked,
            Applicable = [.. applicable.Select(ranked => ranked.Playbook.Id)],
            Rejected = [.. rejected, .. others],
            Reason = Reason(type, selected?.Playbook, blocked, applicable.Count),
        };
    }

    private static string Reason(ExceptionTypeName type, Playbook? selected, BlockedPlaybook? blocked, int applicable)
    {
        if (selected is not null)
        {
            return applicable == 1
                ? $"'{selected.Id}' is the only playbook that applies to {type}, and is approved."
                : $"'{selected.Id}' goes before the other approved ones of {applicable} playbooks that apply to {type} (priority {selected.Priority}).";
        }

        return blocked is not null ? blocked.Reason
            : applicable == 0 ? $"No playbook applies to {type}."
            : applicable == 1 ? $"The only playbook that applies to {type} may not be used." : $"None of the {applicable} playbooks that apply to {type} may be used.";
    }

    private Candidate Assess(Playbook playbook)
    {
        ToolVerdict.Refused[] refusals = [.. ToolAllowList.Refusals(PlaybookUse.Of(playbook, policy.Tools), policy)];
        ToolVerdict.Refused[] listed = [.. refusals.Where(refused => refused.By == ToolRefusal.Blocked)];
        string blocked = string.Join(", ", listed.Select(refused => $"{refused.Kind} '{refused.Name}'"));
        if (!playbook.Approved)
        {
            return new Candidate(playbook, "It is a draft that no person has approved.", null);
        }

        if (!policy.ApprovedProcesses.Contains(playbook.Id.Value))
        {
            // A derived list leaves out what may not be used, so that is why; from a written list it is the tenant's choice.
            string because = blocked.Length > 0 ? $": it uses the blocked {blocked}."
                : policy.ApprovalsDerived && refusals.Length > 0 ? $": {refusals[0].Reason}"
                : ".";
            return new Candidate(playbook, $"It is not approved for tenant '{policy.TenantId}'{because}", null);
        }

        if (blocked.Length > 0)
        {
            string reason = $"The approved playbook '{playbook.Id}' uses the blocked {blocked}.";
            return new Candidate(playbook, null, new BlockedPlaybook(playbook.Id, [.. listed.Select(refused => refused.Name)], reason));
        }

        // What does not exist or is switched off is no matter of choice: the plan of such a playbook is refused, and people see why.
        ToolVerdict.Refused? outside = refusals.FirstOrDefault(refused => refused.By is ToolRefusal.NotApproved or ToolRefusal.NotAllowListed);
        return new Candidate(playbook, outside?.Reason, null);
    }

    // Objection: why the tenant may not use it at all. Blocked: why it blocks when its turn comes.
    private sealed record Candidate(Playbook Playbook, string? Objection, BlockedPlaybook? Blocked)
    {
        internal SemanticVersion Version { get; } = SemanticVersion.Read(Playbook.Version);
    }

    private readonly record struct Ranked(Candidate Candidate, int Rank)
    {
        internal Playbook Playbook => Candidate.Playbook;

        // Priority, then most specific type, then newest; last the tenant's before the domain's, and the later in its file.
        internal static int BestFirst(Ranked left, Ranked right)
        {
            int order = right.Playbook.Priority.CompareTo(left.Playbook.Priority);
            order = order != 0 ? order : left.Rank.CompareTo(right.Rank);
            order = order != 0 ? order : right.Candidate.Version.CompareTo(left.Candidate.Version);
            order = order != 0 ? order : right.Playbook.FromTenant.CompareTo(left.Playbook.FromTenant);
            return order != 0 ? order : right.Playbook.Position.CompareTo(left.Playbook.Position);
        }

        internal string WhyAfter(Ranked winner)
        {
            Playbook best = winner.Playbook;
            if (Playbook.Priority != best.Priority)
            {
                return $"Lower priority ({Playbook.Priority}) than '{best.Id}' ({best.Priority}).";
            }

            if (Rank != winner.Rank)
            {
                return $"'{best.Id}' names the type more specifically.";
            }

            if (Candidate.Version.CompareTo(winner.Candidate.Version) != 0)
            {
                return $"Older ({Playbook.Version}) than '{best.Id}' ({best.Version}).";
            }

            return Playbook.FromTenant != best.FromTenant
                ? $"'{best.Id}' is the tenant's own."
                : $"'{best.Id}' stands later in its file.";
        }
    }
}
