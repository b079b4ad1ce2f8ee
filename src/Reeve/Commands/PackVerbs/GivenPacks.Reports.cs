using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;

namespace Reeve.Commands.PackVerbs;

// What validate and show ask: a report on each file, and the one pair.
internal sealed partial class GivenPacks
{
    /// <summary>A report on each file, in the order given.</summary>
    internal IEnumerable<PackReport> Reports()
    {
        foreach (GivenFile file in files)
        {
            yield return unreadable.TryGetValue(file, out IReadOnlyList<ReeveError>? errors) ? new PackReport(file.Shown, "", "cannot be read", errors, [])
                : domains.Find(domain => domain.File == file) is { } domain ? Report(domain)
                : Report(policies.Find(policy => policy.File == file)!); // not null: it is one of the three
        }
    }

    /// <summary>The one domain pack of the command, and the policy bound to it when there is one.</summary>
    /// <exception cref="ReeveException">Something is wrong with one of them; holds every error.</exception>
    internal (DomainPack Domain, BoundPolicy? Bound) Open()
    {
        if (unreadable.Count > 0)
        {
            throw new ReeveErrorsException([.. files.SelectMany(file => unreadable.GetValueOrDefault(file) ?? [])]);
        }

        if ((domains.Count > 1 ? domains[1].File : policies.Count > 1 ? policies[1].File : null) is { } second)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.SaidTwice, $"Both files are {(domains.Count > 1 ? "domain packs" : "tenant policies")}.", second.Shown));
        }

        if (policies.Count == 0)
        {
            return (domains[0].Reading.OrThrow(), null);
        }

        TenantPolicy policy = policies[0].Reading.OrThrow();
        DomainPack domain = FindDomain(policies[0], policy).OrThrow().Reading.OrThrow();
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, policy);
        return bound.IsValid
            ? (domain, bound.Pack)
            : throw new ReeveErrorsException(policies[0].Document.Place(bound.Errors));
    }

    private static PackReport Report(DomainFile domain)
    {
        string summary = domain.Reading.Pack is { } pack
            ? $"domain pack {pack.Name} {pack.Version} is valid: {pack.ExceptionTypes.Count} types, {pack.Tools.Count} tools, {pack.Playbooks.Count} playbooks"
            : $"domain pack with {Count(domain.Reading.Errors)}";
        return new PackReport(domain.File.Shown, "domain", summary, domain.Reading.Errors, domain.Reading.Warnings);
    }

    private PackReport Report(PolicyFile policy)
    {
        if (policy.Reading.Pack is not { } read)
        {
            return Failed(policy.Reading.Errors, policy.Reading.Warnings);
        }

        PackReading<DomainFile> found = FindDomain(policy, read);
        if (found.Pack?.Reading.Pack is not { } domain)
        {
            // That there is no such pack would be false: it may well be the one that has errors, and those are told.
            return HasBadDomain
                ? new PackReport(policy.File.Shown, "tenant", $"tenant policy {read.TenantId} was not checked: a domain pack has errors", [], policy.Reading.Warnings) { IsChecked = false }
                : Failed(found.Errors, policy.Reading.Warnings);
        }

        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, read);
        IReadOnlyList<ReeveError> warnings = [.. policy.Reading.Warnings, .. policy.Document.Place(bound.Warnings)];
        if (bound.Pack is not { } pair)
        {
            return Failed(policy.Document.Place(bound.Errors), warnings);
        }

        // A test stops nothing, so binding does not say so; but whoever validates wants to know.
        ReeveError[] unusable = [.. pair.TestSuites.SelectMany(suite => suite.Cases).Select(test => test.Fault).OfType<ReeveError>()];
        if (unusable.Length > 0)
        {
            return Failed(policy.Document.Place(unusable), warnings);
        }

        string how = pair.ApprovalsDerived ? "derived" : "approved";
        string summary = $"tenant policy {read.TenantId} for {domain.Name} is valid: {pair.ApprovedProcesses.Count} of {pair.Playbooks.Count} playbooks {how}";
        return new PackReport(policy.File.Shown, "tenant", summary, [], warnings);

        PackReport Failed(IReadOnlyList<ReeveError> errors, IReadOnlyList<ReeveError> warnings) =>
            new(policy.File.Shown, "tenant", $"tenant policy with {Count(errors)}", errors, warnings);
    }

    private static string Count(IReadOnlyList<ReeveError> errors) => errors.Count == 1 ? "1 error" : $"{errors.Count} errors";
}
