using Reeve.Core.Calls;

namespace Reeve.Engine.Tools.Requests;

/// <summary>Which page of a list is meant.</summary>
/// <param name="Cursor">Where the page before ended; null for the beginning.</param>
/// <param name="Skip">How many stand before it.</param>
/// <param name="Size">How many at most.</param>
public readonly record struct PlaceInList(string? Cursor, int Skip, int Size);

/// <summary>A page of executions.</summary>
/// <param name="Items">They, the newest first.</param>
/// <param name="Total">How many there are in all; one more than <see cref="CountedAtMost"/> when more than that.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record ExecutionsFound(IReadOnlyList<ToolExecution> Items, int Total, string? Next)
{
    /// <summary>How far they are counted.</summary>
    public const int CountedAtMost = 10_000;
}
