using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Intake;

/// <summary>A raw exception in canonical form, before any agent saw it.</summary>
public sealed record Arrival
{
    /// <summary>The record; its type is not set yet.</summary>
    public required ExceptionRecord Record { get; init; }

    /// <summary>The pseudonym of the exception it makes or belongs to.</summary>
    public required ExceptionKey Key { get; init; }

    /// <summary>The pass that begins with it: its <c>pipelineId</c>.</summary>
    public required PassId PassId { get; init; }

    /// <summary>The type the source gave; null when it gave none.</summary>
    public string? GivenType { get; init; }

    /// <summary>Whether the source gave the time; else it is the time of arrival.</summary>
    public required bool TimestampGiven { get; init; }

    /// <summary>Whether the source gave the exceptionId; else it was generated.</summary>
    public required bool IdGiven { get; init; }

    /// <summary>
    /// The exceptionId the source gave, where the record has a generated one in its place because it was taken; null otherwise.
    /// Decision documents show it where the generated one stands, so that they say the same as those of the run that could keep it.
    /// </summary>
    public ExceptionId? GivenId { get; init; }

    /// <summary>What was noticed and did not stand in the way, one sentence each.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The source's own id of this delivery; null when there is none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What makes deliveries the same problem; null when not mapped.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Whether the source says that the problem is over.</summary>
    public bool Closes { get; init; }

    /// <summary>Whether it is one more delivery about an exception that is there: its events are not the first of that exception.</summary>
    public bool Follows { get; init; }
}

/// <summary>What became of one raw exception at the door; a closed set.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>It became a record.</summary>
    public sealed record Accepted(Arrival Arrival) : IntakeOutcome;

    /// <summary>It was refused, whole.</summary>
    public sealed record Refused(IReadOnlyList<ReeveError> Errors) : IntakeOutcome;
}

/// <summary>One raw item of an input.</summary>
/// <param name="Bytes">Its JSON; empty when it could not be cut out of the input.</param>
/// <param name="Error">Why it could not be cut out; null when it could.</param>
/// <param name="Start">Where it begins in the input; null when the item is the whole input, or that is not known.</param>
public readonly record struct RawItem(ReadOnlyMemory<byte> Bytes, ReeveError? Error, SourcePosition? Start = null)
{
    /// <summary>The source system that whoever carried the item names for it, if it names none itself; null when the carrier does not say.</summary>
    public string? Source { get; init; }

    /// <summary>An error found in the bytes, with its place in the whole input.</summary>
    public ReeveError Place(ReeveError found)
    {
        if (Start is not { } start || found.Position is not { } at)
        {
            return found;
        }

        return found.At(new SourcePosition(start.Line + at.Line - 1, at.Line == 1 ? start.Column + at.Column - 1 : at.Column));
    }
}
