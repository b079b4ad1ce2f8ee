using Reeve.Core.Errors;

namespace Reeve.Fuzz;

/// <summary>What every error promises its reader.</summary>
internal static class Promises
{
    // Long enough for any sentence with a name in it, too short for a payload or an expression.
    private const int LongestMessage = 1_500;

    /// <summary>The promise an error breaks; null when it keeps them.</summary>
    internal static string? BrokenBy(ReeveError error)
    {
        if (error.Message.Length == 0 || error.NextStep.Length == 0)
        {
            return $"{error.Code} says nothing, or not what to do";
        }

        if (error.Message.Length > LongestMessage)
        {
            return $"{error.Code} has an overlong message: {error.Message.Length} characters";
        }

        if (error.Subject?.Length > LongestMessage)
        {
            return $"{error.Code} has an overlong subject: {error.Subject.Length} characters";
        }

        if (error.Message.AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0)
        {
            return $"{error.Code} has a control character in its message: {error.Message}";
        }

        return error.Position is { } at && (at.Line < 1 || at.Column < 1) ? $"{error.Code} is at no place: {at}" : null;
    }

    /// <summary>The first broken promise of several errors.</summary>
    internal static string? BrokenBy(IEnumerable<ReeveError> errors) => errors.Select(BrokenBy).FirstOrDefault(broken => broken is not null);
}
