using Reeve.Core.Records;

namespace Reeve.Core.Packs;

/// <summary>Why a playbook cannot be resolved.</summary>
public sealed record PlaybookFault(Playbook Playbook, string Reason);

/// <summary>
/// Resolves <c>extends</c> and <c>includes</c> (EX-PB-4). A playbook is its base's steps, in which its own of the same id
/// replace and others append, after the steps of what it includes. Types and success criteria that it does not give are
/// its base's; it is approved only if all it is made of is.
/// </summary>
public static class PlaybookInheritance
{
    private const int MaxLevels = 32;
    private const int MaxSteps = 1_000;

    /// <summary>The playbooks that extend or include themselves, or grow beyond 32 levels or 1,000 steps.</summary>
    public static IReadOnlyList<PlaybookFault> Faults(IReadOnlyList<Playbook> playbooks)
    {
        List<PlaybookFault> faults = [];
        _ = Resolve(playbooks, faults);
        return faults;
    }

    /// <summary>The playbooks in their order, each with all its steps; those that cannot be resolved are left out and noted.</summary>
    /// <param name="playbooks">Playbooks whose references were checked; a reference that leads nowhere adds nothing.</param>
    /// <param name="faults">Takes what cannot be resolved.</param>
    public static IReadOnlyList<Playbook> Resolve(IReadOnlyList<Playbook> playbooks, List<PlaybookFault> faults)
    {
        Dictionary<string, Playbook> byId = new(StringComparer.Ordinal);
        foreach (Playbook playbook in playbooks)
        {
            bool isNewer = !byId.TryGetValue(playbook.Id.Value, out Playbook? other)
                || SemanticVersion.Read(playbook.Version).CompareTo(SemanticVersion.Read(other.Version)) >= 0;
            if (isNewer)
            {
                byId[playbook.Id.Value] = playbook;
            }
        }

        Resolver resolver = new(byId);
        List<Playbook> resolved = new(playbooks.Count);
        foreach (Playbook playbook in playbooks)
        {
            if (resolver.Resolve(playbook, 0) is { } whole)
            {
                resolved.Add(whole);
            }
            else
            {
                faults.Add(new PlaybookFault(playbook, resolver.Reason));
            }
        }

        return resolved;
    }

    private sealed class Resolver(Dictionary<string, Playbook> byId)
    {
        // By reference: of one id there may be several versions. Null while it is being resolved, or when it cannot be.
        private readonly Dictionary<Playbook, Playbook?> done = new(ReferenceEqualityComparer.Instance);

        internal string Reason { get; private set; } = "";

        internal Playbook? Resolve(Playbook playbook, int level)
        {
            if (playbook.Extends is null && playbook.Includes.Count == 0)
            {
                return playbook;
            }

            if (done.TryGetValue(playbook, out Playbook? known))
            {
                Reason = known is null ? $"The playbook {playbook.Id} extends or includes itself." : Reason;
                return known;
            }

            if (level >= MaxLevels)
            {
                Reason = $"The playbook {playbook.Id} is made of more than {MaxLevels} levels.";
                return null;
            }

            done[playbook] = null;
            Playbook? whole = Assemble(playbook, level);
            done[playbook] = whole;
            return whole;
        }

        private Playbook? Assemble(Playbook playbook, int level)
        {
            Playbook? parent = null;
            if (playbook.Extends is { } baseId && byId.TryGetValue(baseId.Value, out Playbook? found))
            {
                parent = Resolve(found, level + 1);
                if (parent is null)
                {
                    return null;
                }
            }

            List<PlaybookStep> own = Extend(parent?.Steps ?? [], playbook.Steps);
            HashSet<string> taken = new(own.Select(step => step.Id.Value), StringComparer.Ordinal);
            List<PlaybookStep> steps = [];
            bool approved = playbook.Approved && (parent?.Approved ?? true);
            foreach (PlaybookId id in playbook.Includes)
            {
                if (!byId.TryGetValue(id.Value, out Playbook? part))
                {
                    continue;
                }

                if (Resolve(part, level + 1) is not { } included)
                {
                    return null;
                }

                approved &= included.Approved;
                if (steps.Count + included.Steps.Count > MaxSteps)
                {
                    return TooLong(playbook);
                }

                Include(steps, included, taken);
            }

            steps.AddRange(own);
            return steps.Count > MaxSteps ? TooLong(playbook) : playbook with
            {
                Steps = steps,
                Approved = approved,
                AppliesTo = playbook.AppliesTo.Count > 0 ? playbook.AppliesTo : parent?.AppliesTo ?? [],
                SuccessCriteria = playbook.SuccessCriteria.Count > 0 ? playbook.SuccessCriteria : parent?.SuccessCriteria ?? [],
            };
        }

        private Playbook? TooLong(Playbook playbook)
        {
            Reason = $"The playbook {playbook.Id} has more than {MaxSteps} steps.";
            return null;
        }

        // Ids that are only positions would collide, so an included step keeps its id unless that is taken.
        private static void Include(List<PlaybookStep> steps, Playbook included, HashSet<string> taken)
        {
            foreach (PlaybookStep step in included.Steps)
            {
                string id = step.Id.Value;
                for (int i = 1; !taken.Add(id); i++)
                {
                    id = i == 1 ? $"{included.Id}.{step.Id}" : $"{included.Id}.{step.Id}.{i}";
                }

                steps.Add(step with { Id = new StepId(id) });
            }
        }

        private static List<PlaybookStep> Extend(IReadOnlyList<PlaybookStep> inherited, IReadOnlyList<PlaybookStep> own)
        {
            Dictionary<string, PlaybookStep> mine = new(StringComparer.Ordinal);
            foreach (PlaybookStep step in own)
            {
                mine.TryAdd(step.Id.Value, step);
            }

            HashSet<string> replaced = new(StringComparer.Ordinal);
            List<PlaybookStep> steps = new(inherited.Count + own.Count);
            foreach (PlaybookStep step in inherited)
            {
                bool isReplaced = mine.TryGetValue(step.Id.Value, out PlaybookStep? replacement);
                steps.Add(isReplaced ? replacement! : step); // not null: found
                replaced.Add(step.Id.Value);
            }

            steps.AddRange(own.Where(step => !replaced.Contains(step.Id.Value)));
            return steps;
        }
    }
}
