namespace Reeve.Core.Errors;

/// <summary>A kind of error: one row of the catalogue. Its code never changes its meaning and is never reused.</summary>
/// <param name="Code">AREA-NNN, for example <c>PACK-003</c>.</param>
/// <param name="Title">The fixed title, one short sentence without data.</param>
/// <param name="HttpStatus">The status a request that ends in it answers.</param>
/// <param name="NextStep">What the reader can do about it.</param>
/// <param name="IsTransient">Whether the same call may succeed later without a change.</param>
public sealed record ErrorCode(string Code, string Title, int HttpStatus, string NextStep, bool IsTransient = false)
{
    /// <summary>Whether the code is kept for a part that does not exist yet: callers may know it, nothing raises it.</summary>
    public bool IsReserved { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}

/// <summary>Where in a text an error is: one-based line and column, the column counted in UTF-16 units.</summary>
public readonly record struct SourcePosition(int Line, int Column);

/// <summary>One error as a person or a program meets it. It never holds a secret or a piece of payload.</summary>
public sealed record ReeveError
{
    /// <summary>Makes the error; <paramref name="message"/> says what is wrong in this occurrence.</summary>
    public ReeveError(ErrorCode kind, string message, string? subject = null, SourcePosition? position = null, string? nextStep = null)
    {
        Kind = kind;
        Message = message;
        Subject = subject;
        Position = position;
        NextStep = nextStep ?? kind.NextStep;
    }

    /// <summary>The row of the catalogue.</summary>
    public ErrorCode Kind { get; }

    /// <summary>The stable code, <c>AREA-NNN</c>.</summary>
    public string Code => Kind.Code;

    /// <summary>What is wrong, for people.</summary>
    public string Message { get; }

    /// <summary>The field (a JSON pointer; empty for the whole document), file or id it is about; null when there is none.</summary>
    public string? Subject { get; }

    /// <summary>Where in the source text; null when it has no one place.</summary>
    public SourcePosition? Position { get; }

    /// <summary>What to do next.</summary>
    public string NextStep { get; }

    /// <summary>Whether the same call may succeed later without a change.</summary>
    public bool IsTransient => Kind.IsTransient;

    /// <summary>The same error with its place in the source text; null leaves it without one.</summary>
    public ReeveError At(SourcePosition? position) => new(Kind, Message, Subject, position, NextStep);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Code}: {(string.IsNullOrEmpty(Subject) ? "" : Subject + ": ")}{Message}{(Position is { } at ? $" (line {at.Line}, column {at.Column})" : "")}";
}

/// <summary>A fault: something that should have worked and did not, with the error that says so.</summary>
public class ReeveException(ReeveError error, Exception? inner = null) : Exception(error.ToString(), inner)
{
    /// <summary>What went wrong.</summary>
    public ReeveError Error { get; } = error;
}

/// <summary>Several errors found in one pass over one document: a pack, a configuration.</summary>
public sealed class ReeveErrorsException(IReadOnlyList<ReeveError> errors) : ReeveException(errors[0])
{
    /// <summary>All of them, in the order of the document; never empty.</summary>
    public IReadOnlyList<ReeveError> Errors { get; } = errors;
}
