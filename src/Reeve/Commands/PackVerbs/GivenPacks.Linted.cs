using Reeve.Commands.PackVerbs.Inspecting;
using Reeve.Core.Policies;

namespace Reeve.Commands.PackVerbs;

// What lint asks: each domain pack once, with all its policies.
internal sealed partial class GivenPacks
{
    /// <summary>Every domain pack with its policies, in the order given; then those found beside policies. All were found to be valid.</summary>
    internal IReadOnlyList<LintedDomain> Linted()
    {
        List<(DomainFile Domain, List<LintedPolicy> Policies)> linted = [.. domains.Select(domain => (domain, new List<LintedPolicy>()))];
        foreach (PolicyFile policy in policies)
        {
            TenantPolicy read = policy.Reading.OrThrow();
            DomainFile domain = FindDomain(policy, read).OrThrow();

            // One that is beside several policies is found by each of them anew.
            int at = linted.FindIndex(known => ReferenceEquals(known.Domain, domain) || (known.Domain.Document is null && known.Domain.File == domain.File));
            if (at < 0)
            {
                at = linted.Count;
                linted.Add((domain, []));
            }

            linted[at].Policies.Add(new LintedPolicy(policy.File.Shown, policy.Document, PolicyBinder.Bind(linted[at].Domain.Reading.OrThrow(), read).OrThrow()));
        }

        return [.. linted.Select(one => new LintedDomain(one.Domain.File, one.Domain.Document, Alone(one.Domain).Bound, one.Policies))];
    }
}
