using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Fields;

/// <summary>What is noted while a document is read: errors, warnings, and the names it refers to. Not thread-safe.</summary>
internal sealed class Notes
{
    // Past these nobody reads on, and a hostile document must not cost more than it weighs.
    private const int MaxErrors = 1_000;
    private const int MaxWarnings = 200;

    private readonly List<ReeveError> errors = [];
    private readonly List<ReeveError> warnings = [];
    private readonly List<PackReference> references = [];
    private int unlisted;

    /// <summary>Whether further errors are only counted, so that nobody need word them.</summary>
    internal bool IsFull => errors.Count >= MaxErrors;

    internal bool HasErrors => errors.Count > 0;

    internal IReadOnlyList<PackReference> References => references;

    internal void Error(ErrorCode code, string pointer, string message, string? nextStep = null) =>
        Error(new ReeveError(code, message, Shown.Pointer(pointer), nextStep: nextStep));

    internal void Error(ReeveError error)
    {
        if (errors.Count < MaxErrors)
        {
            errors.Add(error);
        }
        else
        {
            unlisted++;
        }
    }

    internal void CountError() => unlisted++;

    internal void Warn(ErrorCode code, string pointer, string message) => Warn(new ReeveError(code, message, Shown.Pointer(pointer)));

    internal void Warn(ReeveError warning)
    {
        if (warnings.Count < MaxWarnings)
        {
            warnings.Add(warning);
        }
    }

    internal void Refer(ReferenceKind kind, string name, string pointer) => references.Add(new PackReference(kind, name, Shown.Pointer(pointer)));

    /// <summary>Notes every reference that leads nowhere, and every doubt about a text.</summary>
    /// <param name="names">What there is.</param>
    /// <param name="hasTypes">False when the taxonomy itself is broken: then it is no news that a type is missing.</param>
    internal void CheckReferences(PackNames names, bool hasTypes)
    {
        foreach (PackReference reference in references)
        {
            if (IsFull)
            {
                return;
            }

            if (!hasTypes && reference.Kind is (ReferenceKind.ExceptionType or ReferenceKind.TypePattern))
            {
                continue;
            }

            if (names.Check(reference) is { } error)
            {
                Error(error);
            }
            else if (warnings.Count < MaxWarnings && names.Doubt(reference) is { } doubt)
            {
                Warn(doubt);
            }
        }
    }

    internal PackReading<T> Finish<T>(Document document, T pack)
        where T : class
    {
        if (unlisted > 0)
        {
            errors.Add(new ReeveError(ErrorCatalogue.Packs.MoreErrors, $"{unlisted} more errors are not listed.", ""));
        }

        IReadOnlyList<ReeveError> placed = document.Place([.. errors, .. warnings]);
        ReeveError[] found = [.. placed.Take(errors.Count).OrderBy(error => error.Position?.Line ?? int.MaxValue).ThenBy(error => error.Position?.Column ?? 0)];
        return new PackReading<T>(found.Length == 0 ? pack : null, found, [.. placed.Skip(errors.Count)]);
    }
}
