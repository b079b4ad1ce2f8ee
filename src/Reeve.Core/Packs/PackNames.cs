using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Core.Packs;

/// <summary>
/// What a pack, or a policy together with its domain pack, declares; answers whether a reference leads anywhere. Immutable.
/// </summary>
public sealed class PackNames
{
    private readonly Names types;
    private readonly Names tools;
    private readonly Names playbooks;
    private readonly Names calendars;
    private readonly ToolMentions mentions;

    /// <summary>Takes the declared names in the order of their declaration.</summary>
    public PackNames(IEnumerable<string> types, IEnumerable<string> tools, IEnumerable<string> playbooks, IEnumerable<string> calendars)
    {
        this.types = new Names(types);
        this.tools = new Names(tools);
        this.playbooks = new Names(playbooks);
        this.calendars = new Names(calendars);
        mentions = new ToolMentions(this.tools.Ordered);
    }

    /// <summary>Finds tools in the texts of steps.</summary>
    public ToolMentions Mentions => mentions;

    /// <summary>Whether there is such a tool.</summary>
    public bool HasTool(string name) => tools.Has(name);

    /// <summary>What is wrong with a reference; null when it leads somewhere. Doubts about texts are not asked here.</summary>
    public ReeveError? Check(PackReference reference) => reference.Kind switch
    {
        ReferenceKind.ExceptionType => Missing(reference, types, ErrorCatalogue.Packs.UnknownType, "exception type"),
        ReferenceKind.TypePattern when TypePattern.IsPattern(reference.Name) =>
            types.Ordered.Any(type => TypePattern.Matches(reference.Name, type))
                ? null
                : new ReeveError(ErrorCatalogue.Packs.UnknownType, $"No exception type matches the pattern {Shown.Name(reference.Name)}.", reference.Pointer),
        ReferenceKind.TypePattern => Missing(reference, types, ErrorCatalogue.Packs.UnknownType, "exception type"),
        ReferenceKind.Tool or ReferenceKind.AllowedTool or ReferenceKind.ApprovedTool or ReferenceKind.BoundTool =>
            Missing(reference, tools, ErrorCatalogue.Packs.UnknownTool, "tool"),
        ReferenceKind.Playbook => Missing(reference, playbooks, ErrorCatalogue.Packs.UnknownPlaybook, "playbook"),
        ReferenceKind.Calendar => Missing(reference, calendars, ErrorCatalogue.Packs.UnknownCalendar, "calendar"),
        _ => null,
    };

    /// <summary>Why a text step probably does not say what was meant: a word before a bracket that is no tool. Null without doubt.</summary>
    public ReeveError? Doubt(PackReference reference)
    {
        if (reference.Kind != ReferenceKind.StepText || mentions.BracketedStranger(reference.Name) is not { } word)
        {
            return null;
        }

        string hint = DidYouMean.Sentence(word, tools.Ordered);
        return new ReeveError(
            ErrorCatalogue.Packs.Doubtful, $"{Shown.Name(word)} stands before a bracket and is no tool, so nothing is called.{hint}", reference.Pointer);
    }

    private static ReeveError? Missing(PackReference reference, Names known, ErrorCode code, string what) =>
        known.Has(reference.Name)
            ? null
            : new ReeveError(code, $"There is no {what} {Shown.Name(reference.Name)}.{DidYouMean.Sentence(reference.Name, known.Ordered)}", reference.Pointer);

    private sealed class Names
    {
        private readonly HashSet<string> all;

        internal Names(IEnumerable<string> names)
        {
            Ordered = [.. names];
            all = new HashSet<string>(Ordered, StringComparer.Ordinal);
        }

        internal IReadOnlyList<string> Ordered { get; }

        internal bool Has(string name) => all.Contains(name);
    }
}
