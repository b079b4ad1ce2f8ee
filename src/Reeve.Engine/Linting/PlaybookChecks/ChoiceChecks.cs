using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>Playbooks that are never chosen, or only by chance.</summary>
internal static class ChoiceChecks
{
    /// <summary>Playbooks of one document.</summary>
    /// <param name="top">The document.</param>
    /// <param name="playbooks">Its playbooks as written.</param>
    /// <param name="scope">The scope in which the reason is looked for.</param>
    /// <param name="uses">What becomes of them.</param>
    internal static IEnumerable<ReeveError> Unchosen(PackPlace top, IReadOnlyList<Playbook> playbooks, LintScope scope, PlaybookUses uses)
    {
        foreach (Playbook playbook in playbooks)
        {
            string pointer = PlaybookPlaces.Of(top, playbook).Pointer;
            Playbook? whole = scope.Bound.Playbooks.FirstOrDefault(other => other.Id == playbook.Id && other.FromTenant == playbook.FromTenant && other.Version == playbook.Version);
            if (playbook.AppliesTo.Count == 0 && playbook.Extends is null)
            {
                if (!uses.IsPart(playbook))
                {
                    yield return new ReeveError(ErrorCatalogue.Lint.UnusedPlaybook, $"The playbook {Shown.Name(playbook.Id.Value)} names no type, and no playbook includes or extends it.", pointer);
                }
            }
            else if (whole is null && !uses.IsPart(playbook))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.NeverChosen, $"The playbook {Shown.Name(playbook.Id.Value)} {playbook.Version} can never be chosen: a newer one of its id or name replaces it.", pointer);
            }
            else if (whole is { Approved: true } && !uses.IsPart(playbook) && !uses.MayBeChosen(whole) && !uses.IsTied(whole) && Reason(whole, scope, uses) is { } reason)
            {
                yield return new ReeveError(ErrorCatalogue.Lint.NeverChosen, $"The playbook {Shown.Name(playbook.Id.Value)} can never be chosen: {reason}", pointer);
            }
        }
    }

    /// <summary>Pairs of equals, as findings about the later of the two.</summary>
    internal static IEnumerable<ReeveError> Ties(PackPlace top, IEnumerable<PlaybookTie> ties)
    {
        foreach (PlaybookTie tie in ties)
        {
            (Playbook one, Playbook other) = tie.Second.FromTenant || (!tie.First.FromTenant && tie.Second.Position > tie.First.Position) ? (tie.First, tie.Second) : (tie.Second, tie.First);
            string decides = one.Version != other.Version ? "their versions decide" : one.FromTenant != other.FromTenant ? "it is chosen because the tenant wrote it" : "their order in the file decides";
            yield return new ReeveError(
                ErrorCatalogue.Lint.Tie,
                $"The playbooks {Shown.Name(one.Id.Value)} and {Shown.Name(other.Id.Value)} both apply to {tie.Type} at severity {Wire.Name(tie.Severity)}, with the same priority ({tie.First.Priority}) and the type named alike: {decides}.",
                PlaybookPlaces.Of(top, other).Pointer);
        }
    }

    private static string? Reason(Playbook playbook, LintScope scope, PlaybookUses uses)
    {
        if (playbook.Match.Domain is { } domain && !string.Equals(domain, scope.Bound.Domain.Name.Value, StringComparison.OrdinalIgnoreCase))
        {
            return $"it is for the domain {Shown.Name(domain)}.";
        }

        if (!PlaybookUses.TypesOf(playbook, scope).Any())
        {
            bool hasTypes = scope.Types.Any(type => Playbooks.TypeRank.Of(playbook, type.Lineage) is not null);
            return hasTypes ? "the types it is for are for information only." : "no type is one that it is for.";
        }

        if (uses.LacksSeverity(playbook))
        {
            return $"no type that it is for can have the severity {string.Join(" or ", playbook.Match.Severities.Select(severity => Wire.Name(severity)))}.";
        }

        if (!scope.Bound.ApprovedProcesses.Contains(playbook.Id.Value))
        {
            ToolVerdict.Refused? refused = ToolAllowList.Refusals(PlaybookUse.Of(playbook, scope.Bound.Tools), scope.Bound).FirstOrDefault();
            return !scope.Bound.ApprovalsDerived ? "it is not in approvedBusinessProcesses." : refused?.Reason;
        }

        return uses.WinnerOver(playbook) is { } winner ? $"wherever it applies another goes before it, such as {Shown.Name(winner)}." : null;
    }
}
