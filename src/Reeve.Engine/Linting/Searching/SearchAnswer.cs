namespace Reeve.Engine.Linting.Searching;

/// <summary>What trying everything found out about a condition.</summary>
/// <param name="IsComplete">Whether everything was tried, or enough to know both answers; else nothing follows.</param>
/// <param name="CanHold">Whether something makes it true.</param>
/// <param name="CanFail">Whether something makes it false.</param>
internal readonly record struct SearchAnswer(bool IsComplete, bool CanHold, bool CanFail)
{
    /// <summary>Whether nothing makes it true, for certain.</summary>
    internal bool IsNever => IsComplete && !CanHold;

    /// <summary>Whether it is true whenever it can be told, for certain.</summary>
    internal bool IsAlways => IsComplete && CanHold && !CanFail;
}
