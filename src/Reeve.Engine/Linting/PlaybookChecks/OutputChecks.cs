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

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>
/// Readings of <c>steps.X.output</c> that find nothing: no such step, a later one, one that calls no tool, or a member that the
/// tool's answer does not have. Asked of whole playbooks, since what one is made of may be what is read.
/// </summary>
internal sealed class OutputChecks(NamedList<ToolDefinition> tools, ConditionSearch search)
{
    private readonly Dictionary<string, HashSet<string>> told = new(StringComparer.Ordinal);

    /// <summary>A playbook.</summary>
    /// <param name="whole">With all it is made of.</param>
    /// <param name="written">As written; what is inherited and was told of the base is not told again.</param>
    /// <param name="place">Where it stands.</param>
    internal IEnumerable<ReeveError> Check(Playbook whole, Playbook written, PackPlace place)
    {
        List<(Reading Reading, string Pointer, bool IsOwn)> readings = [];
        List<Answer> answers = [];
        string[] all = [.. whole.Steps.SelectMany(step => Answers(step)).Select(answer => answer.Id)];
        foreach (PlaybookStep step in whole.Steps)
        {
            bool isOwn = written.Steps.Any(own => ReferenceEquals(own, step));
            Visit(step, isOwn ? PlaybookPlaces.Step(place, step) : place, isOwn, answers, readings);
        }

        bool ownCriteria = written.SuccessCriteria.Count > 0;
        PackPlace criteria = ownCriteria ? place.Find("successCriteria") : place;
        for (int i = 0; i < whole.SuccessCriteria.Count; i++)
        {
            SuccessCriterion criterion = whole.SuccessCriteria[i];
            PackPlace at = criteria.Item(i);
            Add(readings, Of(criterion.Condition), at.Condition().Pointer, ownCriteria, answers);
            Add(readings, Of(Value.Of(criterion.Parameters)), at.Pointer, ownCriteria, answers);
        }

        HashSet<string> inherited = [.. new[] { written.Extends?.Value }.Concat(written.Includes.Select(id => id.Value)).OfType<string>()
            .SelectMany(id => told.TryGetValue(id, out HashSet<string>? known) ? known.Order(StringComparer.Ordinal) : Enumerable.Empty<string>())];
        HashSet<string> mine = told[written.Id.Value] = [];
        foreach ((Reading reading, string pointer, bool isOwn) in readings)
        {
            if (Problem(reading, all) is (var code, var message) && mine.Add(reading.Text) && (isOwn || !inherited.Contains(reading.Text)))
            {
                yield return new ReeveError(code, message, pointer);
            }
        }
    }

    private void Visit(PlaybookStep step, PackPlace at, bool isOwn, List<Answer> answers, List<(Reading, string, bool)> readings)
    {
        Answer[] own = [.. Answers(step)];
        Add(readings, Of(step.Conditional), at.Find("conditional").Pointer, isOwn, answers);

        // The second tool of a text may use what the first answers.
        Answer[] before = own.Length > 1 ? [.. answers, .. own] : [.. answers];
        Add(readings, Of(Value.Of(step.Parameters)), at.Find("parameters", "params").Pointer, isOwn, before);
        Add(readings, OfText(step), at.Find("action", "actionType").Pointer, isOwn, before);
        answers.AddRange(own);
        if (step.Rollback is { } rollback)
        {
            Add(readings, Of(Value.Of(rollback.Parameters)), at.Find("rollback").Pointer, isOwn, answers);
        }

        if (step.Fallback is { } fallback)
        {
            int known = answers.Count;
            Visit(fallback, at.Find("fallback"), isOwn, answers, readings);
            answers.RemoveRange(known, answers.Count - known);
        }
    }

    private static void Add(List<(Reading, string, bool)> readings, IEnumerable<Reading> found, string pointer, bool isOwn, IReadOnlyList<Answer> answers)
    {
        Answer[] known = [.. answers];
        readings.AddRange(found.Select(reading => (reading with { Known = known }, pointer, isOwn)));
    }

    private (ErrorCode Code, string Message)? Problem(Reading reading, string[] all)
    {
        if (Find(reading) is not { } found)
        {
            string id = reading.Path[0];
            return (ErrorCatalogue.Lint.NoSuchOutput, all.Contains(id)
                ? $"{Shown.Name(reading.Text)} is read before step {Shown.Name(id)} has run."
                : $"{Shown.Name(reading.Text)} reads step {Shown.Name(id)}, and there is none.{DidYouMean.Sentence(id, all)}");
        }

        string[] rest = [.. reading.Path.Skip(found.Taken)];
        if (rest.Length == 0 || rest[0] == "status")
        {
            return null;
        }

        if (rest[0] != "output")
        {
            return (ErrorCatalogue.Lint.NoSuchMember, $"{Shown.Name(reading.Text)}: a step has output and status, not {Shown.Name(rest[0])}. Write steps.{found.Answer.Id}.output.{string.Join('.', rest)}.");
        }

        if (found.Answer.Tool is not { } name)
        {
            return (ErrorCatalogue.Lint.NoSuchOutput, $"{Shown.Name(reading.Text)} reads the output of step {Shown.Name(found.Answer.Id)}, which calls no tool.");
        }

        return tools.Find(name)?.OutputSchema is { } schema && SchemaMembers.WhyMissing(schema.Source, rest.Skip(1)) is { } why
            ? (ErrorCatalogue.Lint.NoSuchMember, $"{Shown.Name(reading.Text)} reads what {Shown.Name(name)} answers: {why}")
            : null;
    }

    // Ids may hold dots ("1.2"): the longest that the path begins with is meant, and of several the last.
    private static (Answer Answer, int Taken)? Find(Reading reading)
    {
        (Answer Answer, int Taken)? best = null;
        foreach (Answer answer in reading.Known)
        {
            string[] id = reading.IsSplit ? answer.Id.Split('.') : [answer.Id];
            if (id.Length >= (best?.Taken ?? 0) && reading.Path.Take(id.Length).SequenceEqual(id))
            {
                best = (answer, id.Length);
            }
        }

        return best;
    }

    private IEnumerable<Reading> Of(Expression? condition) => condition is null ? [] : search.InquiryOf(condition).Paths
        .Where(path => path.Parts is [{ Name: "steps" }, { Kind: PathPartKind.Field }, ..])
        .Select(path => new Reading(path.Text, [.. path.Parts.Skip(1).TakeWhile(part => part.Kind != PathPartKind.Any).Select(part => part.Kind == PathPartKind.Index ? $"{part.Index}" : part.Name)], IsSplit: false));

    private static IEnumerable<Reading> Of(Value template) => Placeholder.In(template).Where(found => found.Segments[0] == "steps" && found.Segments.Count > 1).Select(Of);

    private static Reading Of(Placeholder placeholder) => new(placeholder.Text, [.. placeholder.Segments.Skip(1)], IsSplit: true);

    private IEnumerable<Reading> OfText(PlaybookStep step) => StepForm.Of(step, tools) is StepForm.InWords words
        ? words.Text.Calls.SelectMany(call => call.Arguments)
            .SelectMany(argument => argument.Kind == TextArgumentKind.Path && Placeholder.Of(argument.Text, "") is { } path ? [path] : Placeholder.In(argument.Literal))
            .Where(found => found.Segments[0] == "steps" && found.Segments.Count > 1).Select(Of)
        : [];

    private IEnumerable<Answer> Answers(PlaybookStep step)
    {
        string id = step.Id.Value;
        return StepForm.Of(step, tools) switch
        {
            StepForm.OwnAction { Word: StepActions.CallTool } => [new Answer(id, StepActions.ToolOf(step.Parameters)?.Tool)],
            StepForm.ByName named => [new Answer(id, named.Tool.Value)],
            StepForm.InWords { Text.Calls: [{ } only] } => [new Answer(id, only.Tool.Value)],
            StepForm.InWords { Text.Calls: { Count: > 1 } calls } => calls.Select((call, at) => new Answer($"{id}.{at + 1}", call.Tool.Value)),
            _ => [new Answer(id, null)],
        };
    }

    // A step and the tool that answers for it; null: none does.
    private sealed record Answer(string Id, string? Tool);

    private sealed record Reading(string Text, IReadOnlyList<string> Path, bool IsSplit)
    {
        internal IReadOnlyList<Answer> Known { get; init; } = [];
    }
}
