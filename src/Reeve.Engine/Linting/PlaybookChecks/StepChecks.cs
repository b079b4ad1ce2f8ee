using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Playbooks.Planning;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>Steps that cannot do what they say: a status that cannot follow, a fallback that is never tried.</summary>
internal static class StepChecks
{
    internal static IEnumerable<ReeveError> Check(Playbook whole, Playbook written, PackPlace place, NamedList<ToolDefinition> tools)
    {
        foreach (PlaybookStep step in written.Steps)
        {
            if (step.Fallback is not null && CannotFail(step, tools) is { } why)
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.DeadFallback, $"The fallback of step {Shown.Name(step.Id.Value)} is never tried: {why}", PlaybookPlaces.Step(place, step).Find("fallback").Pointer);
            }
        }

        foreach (ReeveError finding in Statuses(whole, written, place))
        {
            yield return finding;
        }
    }

    private static string? CannotFail(PlaybookStep step, NamedList<ToolDefinition> tools) => StepForm.Of(step, tools) switch
    {
        StepForm.InWords { Text.Calls.Count: 0 } => "the step is words for a person, and calls nothing.",
        StepForm.OwnAction { Word: StepActions.AddComment } => "a comment cannot fail.",
        _ => null,
    };

    // Only a step that certainly ran has certainly set the status, and only if none that may have run came after it.
    private static IEnumerable<ReeveError> Statuses(Playbook whole, Playbook written, PackPlace place)
    {
        (PlaybookStep Step, ResolutionStatus Status)? before = null;
        foreach (PlaybookStep step in whole.Steps)
        {
            if (StepActions.Canonical(step.Action) != StepActions.SetStatus)
            {
                continue;
            }

            ResolutionStatus? status = step.Parameters["status"].StringOrNull() is { } word ? StatusTransitions.Read(word) : null;
            if (before is { } earlier && status is { } next && !StatusTransitions.IsLegal(earlier.Status, next))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.StatusAfterEnd,
                    $"Step {Shown.Name(step.Id.Value)} sets the status {Wire.Name(next)} after step {Shown.Name(earlier.Step.Id.Value)} has set {Wire.Name(earlier.Status)}, so every plan of it is refused.",
                    (written.Steps.FirstOrDefault(own => own.Id == step.Id) is { } own ? PlaybookPlaces.Step(place, own) : place).Pointer);
                yield break;
            }

            before = status is { } set && step.Conditional is null && !step.RequiresApproval ? (step, set) : null;
        }
    }
}
