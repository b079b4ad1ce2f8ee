using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Wording;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting.RuleChecks;

/// <summary>Rules that their neighbours in a list make superfluous.</summary>
internal static class ListChecks
{
    // How far back rules of a long list are compared.
    private const int MaxCompared = 100;

    /// <summary>Rules of one list with one condition.</summary>
    internal static IEnumerable<ReeveError> Copies(IReadOnlyList<PackCondition> list)
    {
        Dictionary<string, PackCondition> seen = new(StringComparer.Ordinal);
        foreach (PackCondition condition in list.Where(condition => condition.Kind != ConditionKind.Approval))
        {
            string text = HoldingChecks.Expressed(condition.Expression);
            if (!seen.TryAdd(text, condition))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.SameCondition, $"{condition.Name} has the condition of {Lower(seen[text].Name)} ({HoldingChecks.Text(condition)}).", condition.Pointer);
            }
        }
    }

    /// <summary>Approval rules that are about the same: severity, type and condition.</summary>
    internal static IEnumerable<ReeveError> CopiedApprovals(PackPlace top, TenantPolicy policy)
    {
        PackPlace place = top.Find("humanApprovalRules");
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < policy.HumanApprovalRules.Count; i++)
        {
            HumanApprovalRule rule = policy.HumanApprovalRules[i];
            if (!seen.Add($"{rule.Severity}\n{rule.ExceptionType}\n{(rule.Condition is { } condition ? HoldingChecks.Expressed(condition) : "")}"))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.SameCondition, $"The approval rule {Shown.Name(rule.Id.Value)} is about the same severity, type and condition as an earlier one.", place.Item(i).Pointer);
            }
        }
    }

    /// <summary>Rules of a list of which the first that holds decides, where an earlier one always holds as well.</summary>
    internal static IEnumerable<ReeveError> Preempted(IReadOnlyList<PackCondition> list, ConditionSearch search)
    {
        HashSet<string> texts = new(StringComparer.Ordinal);
        for (int i = 0; i < list.Count; i++)
        {
            PackCondition later = list[i];

            // A copy is told as such, and what never holds needs no other reason.
            if (!texts.Add(HoldingChecks.Expressed(later.Expression)) || search.Try(later.Expression, later.Circumstances).IsNever)
            {
                continue;
            }

            for (int before = Math.Max(0, i - MaxCompared); before < i; before++)
            {
                if (search.Covers(list[before].Expression, later.Expression, later.Circumstances))
                {
                    yield return new ReeveError(
                        ErrorCatalogue.Lint.Preempted, $"{later.Name} is never reached: wherever it holds, {Lower(list[before].Name)} holds as well and comes first.", later.Pointer);
                    break;
                }
            }
        }
    }

    /// <summary>Intake mappings that take nothing: by themselves, or behind one that takes everything they would.</summary>
    internal static IEnumerable<ReeveError> Mappings(PackPlace place, DomainPack domain, ConditionSearch search)
    {
        Circumstance[] none = [new Circumstance(null, null)];
        for (int i = 0; i < domain.Intake.Count; i++)
        {
            if (domain.Intake[i].When is { } when && search.Try(when, none).IsNever)
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.NeverHolds, $"Mapping {i + 1} takes no document, since its `when` can never hold ({HoldingChecks.Shorten(when)}).", place.Item(i).Find("when").Pointer);
                continue;
            }

            for (int before = Math.Max(0, i - MaxCompared); before < i; before++)
            {
                Expression? first = domain.Intake[before].When;
                Expression? later = domain.Intake[i].When;
                bool isTaken = first is null || (later is not null && (HoldingChecks.Expressed(first) == HoldingChecks.Expressed(later)
                    || search.Covers(first, later, none)));
                if (isTaken)
                {
                    yield return new ReeveError(
                        ErrorCatalogue.Lint.Preempted,
                        $"Mapping {i + 1} is never reached: mapping {before + 1} {(first is null ? "has no `when`, takes every document" : "takes every document that this one would")} and comes first.",
                        place.Item(i).Pointer);
                    break;
                }
            }
        }
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
