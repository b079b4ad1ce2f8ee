using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Wording;

namespace Reeve.Core.Policies;

/// <summary>
/// The tests that hold under a policy: the domain pack's, with what the policy restates in its place and what it adds after it.
/// A restatement says everything that is expected; of the domain pack's case it keeps the input, and the time, where it gives none.
/// </summary>
internal static class BoundTests
{
    // Looking for what was meant costs a comparison with every name there is; nobody reads so many answers.
    private const int MostSuggestions = 100;

    internal static IReadOnlyList<TestSuite> Of(DomainPack domain, TenantPolicy policy, PackNames names)
    {
        if (policy.TestSuites.Count == 0)
        {
            return domain.TestSuites;
        }

        List<TestSuite> merged = [];
        HashSet<TestSuite> taken = new(ReferenceEqualityComparer.Instance);
        int faults = 0;
        foreach (TestSuite suite in domain.TestSuites)
        {
            TestSuite? own = suite.IsNamed ? policy.TestSuites.FirstOrDefault(other => other.IsNamed && other.SuiteId == suite.SuiteId) : null;
            merged.Add(own is null || !taken.Add(own) ? suite : Merge(suite, own, names, ref faults));
        }

        foreach (TestSuite suite in policy.TestSuites)
        {
            if (!taken.Contains(suite))
            {
                // A position is one in its own document, so it is not shown as the domain pack's.
                string id = suite.IsNamed || suite.SuiteId == "policy" ? suite.SuiteId : $"policy.{suite.SuiteId}";
                merged.Add(Merge(suite with { SuiteId = id, Cases = [] }, suite, names, ref faults));
            }
        }

        return merged;
    }

    private static TestSuite Merge(TestSuite domain, TestSuite policy, PackNames names, ref int faults)
    {
        Dictionary<string, TestCase> own = new(StringComparer.Ordinal);
        foreach (TestCase test in policy.Cases)
        {
            own.Add(test.CaseId, test with { AsOf = test.AsOf ?? domain.AsOf });
        }

        List<TestCase> cases = [];
        foreach (TestCase test in domain.Cases)
        {
            if (test.IsNamed && own.TryGetValue(test.CaseId, out TestCase? restated) && restated.IsNamed)
            {
                own.Remove(test.CaseId);
                cases.Add(Checked(restated with { Input = restated.Input.IsNull ? test.Input : restated.Input }, restated.ExpectsSomething ? null : "The case restates one of the domain pack and expects nothing.", names, ref faults));
            }
            else
            {
                cases.Add(test);
            }
        }

        foreach (TestCase test in policy.Cases)
        {
            if (own.TryGetValue(test.CaseId, out TestCase? added))
            {
                TestCase shown = added.IsNamed || domain.Cases.Count == 0 ? added : added with { CaseId = $"policy.{added.CaseId}" };
                cases.Add(Checked(shown, added.Input.IsNull ? Dangling(added.CaseId, domain, faults) : null, names, ref faults));
            }
        }

        return domain with { Cases = cases };
    }

    private static TestCase Checked(TestCase test, string? wrong, PackNames names, ref int faults)
    {
        ReeveError? fault = wrong is null ? null : new ReeveError(ErrorCatalogue.Packs.RestatesNothing, wrong, Shown.Pointer(test.Pointer));
        for (int i = 0; fault is null && i < test.NamedTypes.Count; i++)
        {
            fault = names.Check(test.NamedTypes[i]);
        }

        faults += fault is null ? 0 : 1;
        return fault is null ? test : test with { Fault = fault };
    }

    private static string Dangling(string test, TestSuite domain, int faults)
    {
        string near = faults < MostSuggestions ? DidYouMean.Sentence(test, domain.Cases.Where(other => other.IsNamed).Select(other => other.CaseId)) : "";
        return $"The case {Shown.Name(test)} has no input, and the domain pack has no such case in a suite {Shown.Name(domain.SuiteId)}.{near}";
    }
}
