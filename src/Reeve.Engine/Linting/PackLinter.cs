using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Linting.DataChecks;
using Reeve.Engine.Linting.PlaybookChecks;
using Reeve.Engine.Linting.RuleChecks;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting;

/// <summary>
/// The door of lint: finds what is valid in packs and still wrong. Pure: no clock, no I/O; the same packs and samples give the
/// same findings. Thread-safe.
/// </summary>
public static class PackLinter
{
    /// <summary>Looks at a domain pack alone and under each of some policies.</summary>
    /// <param name="implied">The domain pack under the policy that it alone implies.</param>
    /// <param name="policies">The domain pack under each policy; none: the domain pack alone.</param>
    /// <param name="samples">What sources send; without any, fields and tags are not looked for.</param>
    /// <param name="now">The time of arrival of the samples.</param>
    public static LintReport Lint(BoundPolicy implied, IReadOnlyList<BoundPolicy> policies, IReadOnlyList<RawItem> samples, DateTimeOffset now)
    {
        ConditionSearch search = new();
        LintScope alone = new(implied, isImplied: true, search);
        LintScope[] bound = [.. policies.Select(policy => new LintScope(policy, isImplied: false, search))];
        SampleSet seen = new(samples, [implied, .. policies], now);
        PlaybookContest first = new(alone, seen.HasTogether);
        PlaybookContest[] contests = [.. bound.Select(scope => new PlaybookContest(scope, seen.HasTogether))];
        CalendarChecks calendars = new(implied.Domain, policies.Select(policy => policy.Policy));
        return new LintReport(
            Once(OfDomain(alone, bound, [first, .. contests], seen, calendars)),
            [.. bound.Select((scope, at) => Once(OfPolicy(scope, contests[at], seen, calendars)))])
        {
            Samples = seen.Count,
        };
    }

    private static IEnumerable<ReeveError> OfDomain(LintScope alone, LintScope[] bound, PlaybookContest[] contests, SampleSet seen, CalendarChecks calendars)
    {
        LintScope[] scopes = [alone, .. bound];
        DomainPack domain = alone.Bound.Domain;
        PackPlace top = PackPlace.Of(domain.Source);
        PackPlace intake = top.Find("intake");
        PackPlace mappings = intake.Has("mappings") ? intake.Find("mappings") : intake;
        PlaybookUses uses = new(scopes, contests);
        PackCondition[][] lists = [.. ConditionCatalogue.Rules(top, domain, scopes).Select(list => list.ToArray())];
        PackCondition[] conditions = [.. lists.SelectMany(list => list), .. ConditionCatalogue.OfPlaybooks(top, domain.Playbooks, uses)];
        return OfConditions(conditions, lists, alone, domain, seen)
            .Concat(Calendars(conditions, scopes))
            .Concat(ListChecks.Mappings(mappings, domain, alone.Search))
            .Concat(MappingChecks.Check(mappings, domain, scopes))
            .Concat(GuardrailChecks.Check(domain.Guardrails, top.Find("guardrails"), scopes))
            .Concat(GuardrailChecks.Repeated(top.Find("guardrails")))
            .Concat(ChoiceChecks.Unchosen(top, domain.Playbooks, alone, uses))
            .Concat(ChoiceChecks.Ties(top, contests.SelectMany(contest => contest.Ties).Where(tie => !tie.First.FromTenant && !tie.Second.FromTenant)
                .DistinctBy(tie => string.CompareOrdinal(tie.First.Id.Value, tie.Second.Id.Value) < 0 ? (tie.First.Id, tie.Second.Id) : (tie.Second.Id, tie.First.Id))))
            .Concat(OfPlaybooks(top, domain.Playbooks, PlaybookInheritance.Resolve(domain.Playbooks, []), alone, uses, domain, seen))
            .Concat(ToolChecks.Check(top, domain, scopes))
            .Concat(FieldChecks.OfPaths(top, domain, seen))
            .Concat(calendars.Check(domain.Calendars, top));
    }

    private static IEnumerable<ReeveError> OfPolicy(LintScope scope, PlaybookContest contest, SampleSet seen, CalendarChecks calendars)
    {
        TenantPolicy policy = scope.Bound.Policy;
        DomainPack domain = scope.Bound.Domain;
        PackPlace top = PackPlace.Of(policy.Source);
        PlaybookUses uses = new([scope], [contest]);
        PackCondition[][] lists = [.. ConditionCatalogue.Rules(top, scope).Select(list => list.ToArray())];
        PackCondition[] conditions = [.. lists.SelectMany(list => list), .. ConditionCatalogue.OfPlaybooks(top, policy.CustomPlaybooks, uses)];
        IReadOnlyList<Playbook> resolved = PlaybookInheritance.Resolve([.. domain.Playbooks, .. policy.CustomPlaybooks], []);
        return OfConditions(conditions, lists, scope, domain, seen)
            .Concat(Calendars(conditions, [scope]))
            .Concat(lists.Where(list => list.Length > 0 && list[0].Kind == ConditionKind.Routing).SelectMany(list => ListChecks.Preempted(list, scope.Search)))
            .Concat(ListChecks.CopiedApprovals(top, policy))
            .Concat(GuardrailChecks.Check(policy.Guardrails, top.Find("guardrailOverrides", "customGuardrails"), [scope]))
            .Concat(GuardrailChecks.Repeated(top.Find("guardrailOverrides", "customGuardrails")))
            .Concat(GuardrailChecks.Check(top, scope))
            .Concat(ChoiceChecks.Unchosen(top, policy.CustomPlaybooks, scope, uses))
            .Concat(ChoiceChecks.Ties(top, contest.Ties.Where(tie => tie.First.FromTenant || tie.Second.FromTenant)))
            .Concat(OfPlaybooks(top, policy.CustomPlaybooks, [.. resolved.Skip(resolved.Count - policy.CustomPlaybooks.Count)], scope, uses, domain, seen))
            .Concat(calendars.Check(policy.Calendars, top));
    }

    private static IEnumerable<ReeveError> OfConditions(PackCondition[] conditions, PackCondition[][] lists, LintScope scope, DomainPack domain, SampleSet seen)
    {
        IEnumerable<ReeveError> found = conditions.SelectMany(condition => HoldingChecks.Check(condition, scope)).Concat(lists.SelectMany(list => ListChecks.Copies(list)));
        if (seen.IsEmpty)
        {
            return found;
        }

        FieldChecks fields = new(seen, scope.Search);
        TagChecks tags = new(domain, seen, scope.Search);
        return found.Concat(conditions.SelectMany(condition => fields.Check(condition).Concat(tags.Check(condition))));
    }

    private static IEnumerable<ReeveError> Calendars(PackCondition[] conditions, LintScope[] scopes) =>
        conditions.SelectMany(condition => CalendarChecks.Unknown(condition.Name, condition.Expression, condition.Pointer, scopes));

    private static IEnumerable<ReeveError> OfPlaybooks(
        PackPlace top, IReadOnlyList<Playbook> written, IReadOnlyList<Playbook> resolved, LintScope scope, PlaybookUses uses, DomainPack domain, SampleSet seen)
    {
        foreach (ReeveError finding in ArgumentChecks.Check(top, written, scope.Bound.Tools))
        {
            yield return finding;
        }

        OutputChecks outputs = new(scope.Bound.Tools, scope.Search);
        for (int i = 0; i < written.Count; i++)
        {
            // What is only a part of others is looked at in each of them.
            if (written[i].AppliesTo.Count > 0 || written[i].Extends is not null)
            {
                PackPlace place = PlaybookPlaces.Of(top, written[i]);
                foreach (ReeveError finding in outputs.Check(resolved[i], written[i], place).Concat(StepChecks.Check(resolved[i], written[i], place, scope.Bound.Tools)))
                {
                    yield return finding;
                }
            }
        }

        if (!seen.IsEmpty)
        {
            foreach (ReeveError finding in new FieldChecks(seen, scope.Search).Check(top, written, scope.Bound.Tools).Concat(new TagChecks(domain, seen, scope.Search).Check(top, written)))
            {
                yield return finding;
            }
        }
    }

    private static ReeveError[] Once(IEnumerable<ReeveError> findings) => [.. findings.DistinctBy(finding => (finding.Code, finding.Subject, finding.Message))];
}
