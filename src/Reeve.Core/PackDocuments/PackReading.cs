using Reeve.Core.Errors;

namespace Reeve.Core.PackDocuments;

/// <summary>What came of reading, or binding, a pack: the pack, or everything that is wrong with it.</summary>
/// <param name="Pack">The pack; null exactly when there are errors.</param>
/// <param name="Errors">All of them, in the order of the document; empty for a good pack.</param>
/// <param name="Warnings">What its author should look at; a pack with warnings is good.</param>
public sealed record PackReading<T>(T? Pack, IReadOnlyList<ReeveError> Errors, IReadOnlyList<ReeveError> Warnings)
    where T : class
{
    /// <summary>Whether there is a pack.</summary>
    public bool IsValid => Pack is not null;

    /// <summary>The pack.</summary>
    /// <exception cref="ReeveErrorsException">It is not valid; holds every error.</exception>
    public T OrThrow() => Pack ?? throw new ReeveErrorsException(Errors);
}
