using Reeve.Core.Errors;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.Packs;

/// <summary>
/// What a pack, or a policy together with its domain pack, declares; answers whether a reference leads anywhere. Immutable.
/// </summary>
public sealed class PackNames
{
    private readonly NamedList<string> types;
    private readonly NamedList<string> tools;
    private readonly NamedList<string> playbooks;
    private readonly NamedList<string> calendars;

    /// <summary>Takes the declared names in the order of their declaration.</summary>
    public PackNames(IEnumerable<string> types, IEnumerable<string> tools, IEnumerable<string> playbooks, IEnumerable<string> calendars)
    {
        this.types = Named(types);
        this.tools = Named(tools);
        this.playbooks = Named(playbooks);
        this.calendars = Named(calendars);
    }

    /// <summary>What is wrong with a reference; null when it leads somewhere. Doubts about texts are not asked here.</summary>
    public ReeveError? Check(PackReference reference) => reference.Kind switch
    {
        ReferenceKind.ExceptionType => Missing(reference, types, ErrorCatalogue.Packs.UnknownType, "exception type"),
        ReferenceKind.TypePattern when TypePattern.IsPattern(reference.Name) =>
            types.Any(type => TypePattern.Matches(reference.Name, type))
                ? null
                : new ReeveError(ErrorCatalogue.Packs.UnknownType, $"No exception type matches the pattern {Shown.Name(reference.Name)}.", reference.Pointer),
        ReferenceKind.TypePattern => Missing(reference, types, ErrorCatalogue.Packs.UnknownType, "exception type"),
        ReferenceKind.Tool or ReferenceKind.AllowedTool or ReferenceKind.ApprovedTool or ReferenceKind.BoundTool =>
            Missing(reference, tools, ErrorCatalogue.Packs.UnknownTool, "tool"),
        ReferenceKind.Playbook => Missing(reference, playbooks, ErrorCatalogue.Packs.UnknownPlaybook, "playbook"),
        ReferenceKind.Calendar => Missing(reference, calendars, ErrorCatalogue.Packs.UnknownCalendar, "calendar"),
        _ => null,
    };

    /// <summary>
    /// Why a text step probably does not say what was meant: a word before a bracket that is no tool, or a single word that is
    /// nearly a tool or an action. Null without doubt.
    /// </summary>
    public ReeveError? Doubt(PackReference reference)
    {
        if (reference.Kind != ReferenceKind.StepText)
        {
            return null;
        }

        StepText text = StepTextReader.Read(reference.Name, tools);
        if (text.Strangers is not [{ } word, ..])
        {
            string only = reference.Name.Trim();
            string meant = text.Calls.Count > 0 || only.Any(char.IsWhiteSpace) ? "" : DidYouMean.Sentence(only, tools.Concat(StepActions.All));
            return meant.Length == 0 ? null : new ReeveError(
                ErrorCatalogue.Packs.Doubtful, $"{Shown.Name(only)} is neither an action nor a tool, so a person reads it and nothing is called.{meant}", reference.Pointer);
        }

        string hint = DidYouMean.Sentence(word, tools);
        return new ReeveError(
            ErrorCatalogue.Packs.Doubtful, $"{Shown.Name(word)} stands before a bracket and is no tool, so nothing is called.{hint}", reference.Pointer);
    }

    private static ReeveError? Missing(PackReference reference, NamedList<string> known, ErrorCode code, string what) =>
        known.Has(reference.Name)
            ? null
            : new ReeveError(code, $"There is no {what} {Shown.Name(reference.Name)}.{DidYouMean.Sentence(reference.Name, known)}", reference.Pointer);

    private static NamedList<string> Named(IEnumerable<string> names) => new(names, name => name);
}
