using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Linting.Searching;
using Reeve.Engine.Playbooks.Placeholders;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Fields that conditions and playbooks read and no sample has.</summary>
internal sealed class FieldChecks(SampleSet samples, ConditionSearch search)
{
    private static readonly int ExceptionSlot = RootNames.SlotOf("exception");

    /// <summary>A condition.</summary>
    internal IEnumerable<ReeveError> Check(PackCondition condition)
    {
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (PathInquiry path in search.InquiryOf(condition.Expression).Paths)
        {
            if (IsData(path) && samples.FirstUnseen(path) is { } unseen && told.Add(unseen))
            {
                yield return new ReeveError(ErrorCatalogue.Lint.UnseenField, $"{condition.Name} reads {Shown.Name(unseen)}, which no sample has.", condition.Pointer);
            }
        }
    }

    /// <summary>The placeholders of playbooks, and the bare words in brackets of their texts.</summary>
    internal IEnumerable<ReeveError> Check(PackPlace top, IReadOnlyList<Playbook> playbooks, NamedList<ToolDefinition> tools)
    {
        foreach (Playbook playbook in playbooks)
        {
            PackPlace place = PlaybookPlaces.Of(top, playbook);
            HashSet<string> told = new(StringComparer.Ordinal);
            foreach ((string where, string pointer, string read, IReadOnlyList<string> segments) in Readings(playbook, place, tools))
            {
                if (samples.FirstUnseen(segments) is { } unseen && told.Add(unseen + "\n" + pointer))
                {
                    yield return new ReeveError(ErrorCatalogue.Lint.UnseenField, $"{where} fills in {Shown.Name(read)}, and no sample has {Shown.Name(unseen)}.", pointer);
                }
            }
        }
    }

    /// <summary>JSONPaths of detection rules that look for members that no sample has anywhere.</summary>
    internal static IEnumerable<ReeveError> OfPaths(PackPlace top, DomainPack domain, SampleSet samples)
    {
        PackPlace types = top.Find("exceptionTypes");
        foreach (ExceptionType type in samples.IsEmpty ? [] : domain.ExceptionTypes.AsEnumerable())
        {
            PackPlace rules = types.Key(type.Name.Value).Find("detectionRules");
            for (int i = 0; i < type.DetectionRules.Count; i++)
            {
                if (type.DetectionRules[i] is { Path: { } path, Id: var id } && !samples.IsFound(path)
                    && path.MemberNames.FirstOrDefault(name => !samples.HasMember(name)) is { } unseen)
                {
                    yield return new ReeveError(
                        ErrorCatalogue.Lint.UnseenField, $"The detection rule {Shown.Name(id.Value)} looks for {Shown.Name(unseen)}, which no sample has.", rules.Item(i).Condition().Pointer);
                }
            }
        }
    }

    private static bool IsData(PathInquiry path)
    {
        string root = path.Parts[0].Name;
        int slot = RootNames.SlotOf(root);
        return root is "rawPayload" or "normalizedContext" ? path.Parts.Count > 1 : root is not ("now" or "steps" or "exception") && (slot < 0 || slot > ExceptionSlot);
    }

    private static IEnumerable<(string Where, string Pointer, string Read, IReadOnlyList<string> Segments)> Readings(Playbook playbook, PackPlace place, NamedList<ToolDefinition> tools)
    {
        // What earlier steps answer may be meant by a bare word, too.
        HashSet<string> answered = new(StringComparer.Ordinal);
        foreach (PlaybookStep step in playbook.Steps)
        {
            PackPlace at = PlaybookPlaces.Step(place, step);
            for (PlaybookStep? one = step; one is not null; one = one.Fallback)
            {
                string where = $"Step {Shown.Name(one.Id.Value)} of playbook {Shown.Name(playbook.Id.Value)}";
                PackPlace parameters = at.Find("parameters", "params");
                PackPlace action = at.Find("action", "actionType");
                PackPlace undo = at.Find("rollback").Find("parameters", "params");
                foreach (Placeholder found in Placeholder.In(Value.Of(one.Parameters), parameters.Pointer)
                    .Concat(Placeholder.In(Value.Of(one.Action), action.Pointer))
                    .Concat(one.Rollback is { } rollback ? Placeholder.In(Value.Of(rollback.Parameters), undo.Pointer) : []))
                {
                    if (found.Segments is ["exception", _, ..])
                    {
                        yield return (where, found.Pointer, "{" + found.Text + "}", [.. found.Segments.Skip(1)]);
                    }
                }

                foreach (TextArgument word in Words(one, tools))
                {
                    IReadOnlyList<string> segments = Placeholder.Split(word.Text);
                    bool isData = segments.Count > 0 && segments[0] != "steps" && !answered.Contains(segments[0]) && one.Parameters.Count == 0;
                    if (isData)
                    {
                        yield return (where, action.Pointer, word.Text, segments is ["exception", _, ..] ? [.. segments.Skip(1)] : segments);
                    }
                }

                at = at.Find("fallback");
            }

            foreach (string tool in PlaybookUse.ToolsOf(step, tools))
            {
                answered.UnionWith(tools.Find(tool)?.OutputSchema?.Source.MapOrNull()?["properties"].MapOrNull() is ObjectMap members ? members.Keys.ToArray() : []);
            }
        }

        PackPlace criteria = place.Find("successCriteria");
        for (int i = 0; i < playbook.SuccessCriteria.Count; i++)
        {
            foreach (Placeholder found in Placeholder.In(Value.Of(playbook.SuccessCriteria[i].Parameters), criteria.Item(i).Find("parameters", "params").Pointer))
            {
                if (found.Segments is ["exception", _, ..])
                {
                    yield return ($"Success criterion {i + 1} of playbook {Shown.Name(playbook.Id.Value)}", found.Pointer, "{" + found.Text + "}", [.. found.Segments.Skip(1)]);
                }
            }
        }
    }

    private static IEnumerable<TextArgument> Words(PlaybookStep step, NamedList<ToolDefinition> tools) =>
        StepForm.Of(step, tools) is StepForm.InWords words
            ? words.Text.Calls.SelectMany(call => call.Arguments).Where(argument => argument.Kind == TextArgumentKind.Path)
            : [];
}
