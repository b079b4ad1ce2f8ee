using System.Collections.Frozen;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.Policies;

/// <summary>
/// Binds a tenant policy to its domain pack (EX-PACK-3): checks every name, merges, and resolves what decisions ask.
/// Errors point into the policy's document. Thread-safe.
/// </summary>
public static class PolicyBinder
{
    /// <summary>Binds, or says everything that is wrong.</summary>
    public static PackReading<BoundPolicy> Bind(DomainPack domain, TenantPolicy policy)
    {
        if (policy.DomainName is { } wanted && wanted != domain.Name)
        {
            ReeveError other = new(
                ErrorCatalogue.Packs.OtherDomain,
                $"The policy is for the domain {Shown.Name(wanted.Value)}, the pack is {Shown.Name(domain.Name.Value)}.",
                policy.References.FirstOrDefault(reference => reference.Kind == ReferenceKind.Domain)?.Pointer ?? "");
            return new PackReading<BoundPolicy>(null, [other], []);
        }

        NamedList<BusinessCalendar> calendars = Calendars(domain, policy);
        PackNames names = new(
            domain.ExceptionTypes.Select(type => type.Name.Value),
            domain.Tools.Select(tool => tool.Name.Value),
            domain.Playbooks.Concat(policy.CustomPlaybooks).Select(playbook => playbook.Id.Value),
            calendars.Select(calendar => calendar.Name));
        List<ReeveError> errors = [];
        List<ReeveError> warnings = [];
        foreach (PackReference reference in policy.References)
        {
            if ((names.Check(reference) ?? PolicyChecks.Check(reference, domain, policy)) is { } error)
            {
                errors.Add(error);
            }
            else if (names.Doubt(reference) is { } doubt)
            {
                warnings.Add(doubt);
            }
        }

        IReadOnlyList<Playbook> resolved = Resolve(domain, policy, errors);
        if (errors.Count > 0)
        {
            return new PackReading<BoundPolicy>(null, errors, warnings);
        }

        BoundPolicy bound = Merge(domain, policy, resolved, calendars, warnings) with { TestSuites = BoundTests.Of(domain, policy, names) };
        return new PackReading<BoundPolicy>(bound, [], warnings);
    }

    /// <summary>
    /// The domain pack a policy belongs to: the one it names, else the only one that satisfies all its references
    /// (EX-PACK-9).
    /// </summary>
    public static PackReading<DomainPack> FindDomain(TenantPolicy policy, IReadOnlyList<DomainPack> domains)
    {
        if (policy.DomainName is { } name)
        {
            return domains.FirstOrDefault(domain => domain.Name == name) is { } named
                ? new PackReading<DomainPack>(named, [], [])
                : Fail(new ReeveError(
                    ErrorCatalogue.Packs.NoDomain,
                    $"The policy is for the domain {Shown.Name(name.Value)}, and there is no such pack.{DidYouMean.Sentence(name.Value, domains.Select(domain => domain.Name.Value))}",
                    policy.References.FirstOrDefault(reference => reference.Kind == ReferenceKind.Domain)?.Pointer ?? "",
                    nextStep: "Give the domain pack as well, or correct domainName."));
        }

        List<DomainPack> satisfied = [];
        List<string> reasons = [];
        foreach (DomainPack domain in domains)
        {
            PackReading<BoundPolicy> bound = Bind(domain, policy);
            if (bound.IsValid)
            {
                satisfied.Add(domain);
            }
            else
            {
                reasons.Add($"{domain.Name}: {bound.Errors[0].Message}");
            }
        }

        return satisfied.Count switch
        {
            1 => new PackReading<DomainPack>(satisfied[0], [], []),
            0 when domains.Count == 0 => Fail(new ReeveError(
                ErrorCatalogue.Packs.NoDomain, "The policy names no domain, and there is no domain pack.", "", nextStep: "Give the domain pack as well.")),
            0 => Fail(new ReeveError(ErrorCatalogue.Packs.NoDomain, $"The policy names no domain, and no pack has all it refers to. {string.Join(' ', reasons)}", "")),
            _ => Fail(new ReeveError(
                ErrorCatalogue.Packs.SeveralDomains, $"The policy names no domain, and several have all it refers to: {string.Join(", ", satisfied.Select(domain => domain.Name.Value))}.", "")),
        };
    }

    private static PackReading<DomainPack> Fail(ReeveError error) => new(null, [error], []);

    private static NamedList<BusinessCalendar> Calendars(DomainPack domain, TenantPolicy policy) =>
        new(domain.Calendars.Where(calendar => !policy.Calendars.Has(calendar.Name)).Concat(policy.Calendars), calendar => calendar.Name);

    private static IReadOnlyList<Playbook> Resolve(DomainPack domain, TenantPolicy policy, List<ReeveError> errors)
    {
        List<PlaybookFault> faults = [];
        IReadOnlyList<Playbook> resolved = PlaybookInheritance.Resolve([.. domain.Playbooks, .. policy.CustomPlaybooks], faults);
        foreach (PlaybookFault fault in faults)
        {
            string section = policy.References.Any(reference => reference.Pointer.StartsWith("/custom_playbooks/", StringComparison.Ordinal))
                ? "/custom_playbooks"
                : "/customPlaybooks";
            string pointer = fault.Playbook.FromTenant ? JsonPointer.Child(section, fault.Playbook.Position) : section;
            errors.Add(new ReeveError(ErrorCatalogue.Packs.PlaybookCycle, fault.Reason, pointer));
        }

        return resolved;
    }

    private static BoundPolicy Merge(
        DomainPack domain,
        TenantPolicy policy,
        IReadOnlyList<Playbook> resolved,
        NamedList<BusinessCalendar> calendars,
        List<ReeveError> warnings)
    {
        List<(Playbook Old, Playbook New)> replaced = [];
        Playbook[] playbooks = [.. PlaybookUnion.Newest(resolved, replaced).Select(playbook => WithCalls(playbook, domain.Tools))];
        Guardrails guardrails = GuardrailMerge.Merge(domain.Guardrails, policy.Guardrails);
        NamedList<ToolDefinition> tools = ToolOverlay.Apply(domain.Tools, policy);
        FrozenSet<string> approvedTools = policy.ApprovedTools is { } listed
            ? listed.Select(tool => tool.Name.Value).ToFrozenSet(StringComparer.Ordinal)
            : domain.Tools.Select(tool => tool.Name.Value).ToFrozenSet(StringComparer.Ordinal);
        BoundPolicy unapproved = new()
        {
            Domain = domain,
            Policy = policy,
            Guardrails = guardrails,
            TenantGivesNoAutoAction = policy.Guardrails.NoAutoActionIfSeverityIn is not null,
            Tools = tools,
            ApprovedTools = approvedTools,
            Playbooks = new NamedList<Playbook>(playbooks, playbook => playbook.Id.Value),
            ApprovedProcesses = FrozenSet<string>.Empty,
            ApprovalsDerived = policy.ApprovedBusinessProcesses is null,
            Calendars = calendars,
        };
        BoundPolicy bound = unapproved with { ApprovedProcesses = Approved(unapproved) };
        warnings.AddRange(PolicyChecks.Warnings(bound, replaced));
        return bound;
    }

    private static FrozenSet<string> Approved(BoundPolicy bound) => bound.Playbooks
        .Where(playbook => playbook.Approved && (bound.Policy.ApprovedBusinessProcesses is { } listed
            ? listed.Contains(playbook.Id)
            : !ToolAllowList.Refusals(PlaybookUse.Of(playbook, bound.Tools), bound).Any()))
        .Select(playbook => playbook.Id.Value)
        .ToFrozenSet(StringComparer.Ordinal);

    // A criterion that is a tool's name, alone or before brackets, is a call; only now is it known what is a tool.
    private static Playbook WithCalls(Playbook playbook, NamedList<ToolDefinition> tools)
    {
        if (playbook.SuccessCriteria.All(criterion => CallOf(criterion, tools) is null))
        {
            return playbook;
        }

        return playbook with
        {
            SuccessCriteria = [.. playbook.SuccessCriteria.Select(criterion =>
                CallOf(criterion, tools) is { } tool ? criterion with { Tool = new ToolName(tool) } : criterion)],
        };
    }

    private static string? CallOf(SuccessCriterion criterion, NamedList<ToolDefinition> tools)
    {
        if (criterion.Condition is not null || criterion.Tool is not null)
        {
            return null;
        }

        ReadOnlySpan<char> text = criterion.Text.AsSpan().Trim();
        int open = text.IndexOf('(');
        string name = (open > 0 && text[^1] == ')' ? text[..open] : text).ToString();
        return tools.Has(name) ? name : null;
    }
}
