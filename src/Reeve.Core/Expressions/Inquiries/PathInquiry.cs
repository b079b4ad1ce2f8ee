using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>What one part of a path is.</summary>
public enum PathPartKind
{
    /// <summary>A field or a string key.</summary>
    Field,

    /// <summary>A constant index.</summary>
    Index,

    /// <summary>Any element: what the variable of a macro stands for.</summary>
    Any,
}

/// <summary>One part of a path.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The field; empty for the others.</param>
/// <param name="Index">The index; 0 for the others.</param>
public readonly record struct PathPart(PathPartKind Kind, string Name, int Index)
{
    internal static PathPart Field(string name) => new(PathPartKind.Field, name, 0);

    internal static PathPart At(int index) => new(PathPartKind.Index, "", index);

    internal static PathPart Any { get; } = new(PathPartKind.Any, "", 0);
}

/// <summary>How a text is asked about a part of it.</summary>
public enum TextTestKind
{
    /// <summary><c>startsWith</c>.</summary>
    Prefix,

    /// <summary><c>endsWith</c>.</summary>
    Suffix,

    /// <summary><c>contains</c>.</summary>
    Part,
}

/// <summary>One question about a part of a text.</summary>
public readonly record struct TextTest(TextTestKind Kind, string Text);

/// <summary>A path that expressions read, and what they want to know of it. Immutable.</summary>
public sealed record PathInquiry
{
    /// <summary>Its parts, the root name first. Fields of the record have their usual spelling, and a leading <c>exception</c> is left out.</summary>
    public required IReadOnlyList<PathPart> Parts { get; init; }

    /// <summary>The path for people.</summary>
    public required string Text { get; init; }

    /// <summary>Where in the text of the first expression that reads it the path stands, zero-based.</summary>
    public required int Position { get; init; }

    /// <summary>The constants that it is compared with for equality (<c>==</c>, <c>!=</c>, <c>in</c>), each once.</summary>
    public required IReadOnlyList<Value> Compared { get; init; }

    /// <summary>The constants that are looked for in it (<c>'x' in path</c>), each once.</summary>
    public required IReadOnlyList<Value> Members { get; init; }

    /// <summary>The parts of text that are looked for in it.</summary>
    public required IReadOnlyList<TextTest> Texts { get; init; }

    /// <summary>Whether its text passes a function, such as <c>lowerAscii</c>, before it is looked at, so that the constants are not those it would have itself.</summary>
    public required bool IsTransformed { get; init; }

    /// <summary>Whether another path of the same inquiry leads on from this one.</summary>
    public required bool LeadsOn { get; init; }

    /// <summary>
    /// Values of which one can stand for any that this path could ever have, as far as the expressions can tell; a null
    /// entry means that the path leads to nothing. Null when no finite list can do that.
    /// </summary>
    public required IReadOnlyList<Value?>? Candidates { get; init; }
}
