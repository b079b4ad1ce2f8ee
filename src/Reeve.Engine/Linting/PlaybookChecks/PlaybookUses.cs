using Reeve.Core.Packs;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>What becomes of playbooks: chosen, built into others, or nothing. Over one document's scopes.</summary>
internal sealed class PlaybookUses
{
    private readonly IReadOnlyList<LintScope> scopes;
    private readonly IReadOnlyList<PlaybookContest> contests;
    private readonly HashSet<string> parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> tied = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<Circumstance>> all;

    /// <summary>Takes the scopes in which the playbooks are seen, and the contest of each.</summary>
    internal PlaybookUses(IReadOnlyList<LintScope> scopes, IReadOnlyList<PlaybookContest> contests)
    {
        this.scopes = scopes;
        this.contests = contests;
        foreach (LintScope scope in scopes)
        {
            foreach (Playbook playbook in scope.Bound.Domain.Playbooks.Concat(scope.Bound.Policy.CustomPlaybooks))
            {
                parts.UnionWith(playbook.Includes.Select(id => id.Value));
                if (playbook.Extends is { } basis)
                {
                    parts.Add(basis.Value);
                }
            }
        }

        foreach (PlaybookTie tie in contests.SelectMany(contest => contest.Ties))
        {
            tied.Add(tie.First.Id.Value);
            tied.Add(tie.Second.Id.Value);
        }

        all = new Lazy<IReadOnlyList<Circumstance>>(() => [.. scopes.SelectMany(scope => scope.Reach.Circumstances(scope.Types)).Distinct()]);
    }

    /// <summary>Whether another playbook extends or includes it.</summary>
    internal bool IsPart(Playbook playbook) => parts.Contains(playbook.Id.Value);

    /// <summary>Whether an exception may exist for which it is chosen.</summary>
    internal bool MayBeChosen(Playbook playbook) => contests.Any(contest => contest.MayBeChosen(playbook));

    /// <summary>Whether only order or version keeps it from being chosen somewhere, which is told as such.</summary>
    internal bool IsTied(Playbook playbook) => tied.Contains(playbook.Id.Value);

    /// <summary>The playbook that is chosen where this one applies; null when it never applies.</summary>
    internal string? WinnerOver(Playbook playbook) => contests.Select(contest => contest.WinnerOver(playbook)).FirstOrDefault(winner => winner is not null);

    /// <summary>The types and severities under which its steps run; all where others are made of it or nothing certain is known.</summary>
    internal IReadOnlyList<Circumstance> CircumstancesOf(Playbook playbook)
    {
        List<Circumstance> circumstances = [];
        foreach (PlaybookContest contest in contests)
        {
            if (IsPart(playbook) || contest.ChosenFor(playbook) is not { } chosen)
            {
                return all.Value;
            }

            circumstances.AddRange(chosen);
        }

        return [.. circumstances.Distinct()];
    }

    /// <summary>Whether no type that it is for can have a severity that it is for, in any scope.</summary>
    internal bool LacksSeverity(Playbook playbook) => playbook.Match.Severities.Count > 0 && !scopes.Any(scope =>
        TypesOf(playbook, scope).Any(type => scope.Reach.Of(type).Any(playbook.Match.Severities.Contains)));

    /// <summary>The types that a playbook is for and about which something is done.</summary>
    internal static IEnumerable<ExceptionType> TypesOf(Playbook playbook, LintScope scope) =>
        scope.Types.Where(type => type.Actionable && Playbooks.TypeRank.Of(playbook, type.Lineage) is not null);
}
