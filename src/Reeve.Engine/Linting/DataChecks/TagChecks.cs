using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Tags that playbooks and conditions ask for and no mapping or sample gives.</summary>
internal sealed class TagChecks
{
    private readonly SampleSet samples;
    private readonly ConditionSearch search;
    private readonly ExpressionInquiry mapped;

    internal TagChecks(DomainPack domain, SampleSet samples, ConditionSearch search)
    {
        this.samples = samples;
        this.search = search;
        mapped = ExpressionInquiry.Of([.. domain.Intake.SelectMany(mapping => mapping.Fields).Where(field => field.Name is "policy_tags" or "policyTags").Select(field => field.Source)]);
    }

    internal IEnumerable<ReeveError> Check(PackCondition condition)
    {
        foreach (PathInquiry path in search.InquiryOf(condition.Expression).Paths)
        {
            if (path.Parts[^1].Name is not ("policy_tags" or "policyTags") || path.Parts.Count > 2)
            {
                continue;
            }

            foreach (string tag in path.Members.Select(member => member.StringOrNull()).OfType<string>().Where(IsUnseen))
            {
                yield return Finding(condition.Name, tag, condition.Pointer);
            }
        }
    }

    internal IEnumerable<ReeveError> Check(PackPlace top, IReadOnlyList<Playbook> playbooks)
    {
        foreach (Playbook playbook in playbooks)
        {
            PackPlace place = PlaybookPlaces.Of(top, playbook);
            PackPlace conditions = place.Has("conditions") ? place.Find("conditions") : place;
            PackPlace match = conditions.Has("match") ? conditions.Find("match") : conditions;
            PackPlace tags = match.Has("policyTags") ? match.Find("policyTags") : place.Find("policyTags");
            foreach (string tag in playbook.Match.PolicyTags.Where(IsUnseen))
            {
                yield return Finding($"The playbook {Shown.Name(playbook.Id.Value)}", tag, tags.Item(tag).Pointer);
            }
        }
    }

    // Where the mapping puts tags together, or takes them over, only samples show what comes out.
    private bool IsUnseen(string tag) =>
        !samples.IsEmpty && !samples.HasTag(tag) && !mapped.Literals.Contains(tag)
        && !(mapped.JoinsTexts && mapped.Literals.Any(part => part.Length > 1 && tag.Contains(part, StringComparison.Ordinal)));

    private static ReeveError Finding(string name, string tag, string pointer) =>
        new(ErrorCatalogue.Lint.UnseenTag, $"{name} asks for the tag {Shown.Name(tag)}, which no mapping and no sample gives.", pointer);
}
