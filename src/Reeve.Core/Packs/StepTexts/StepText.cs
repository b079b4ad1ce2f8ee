using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Packs.StepTexts;

/// <summary>A text step as read (EX-PB-3).</summary>
/// <param name="ConditionalWord">Its first word if that makes it conditional or repeating, such as <c>if</c>; else null.</param>
/// <param name="Calls">The tools it names, in order; one named twice is there twice.</param>
/// <param name="Strangers">Words written like calls that are no tool, each once.</param>
public sealed record StepText(string? ConditionalWord, IReadOnlyList<TextCall> Calls, IReadOnlyList<string> Strangers);

/// <summary>A tool named in a text.</summary>
public sealed record TextCall(ToolName Tool, IReadOnlyList<TextArgument> Arguments);

/// <summary>What an argument in brackets is.</summary>
public enum TextArgumentKind
{
    /// <summary>Quoted text (placeholders in it count), a number, true or false.</summary>
    Literal,

    /// <summary>A bare word: a path into the exception's data.</summary>
    Path,

    /// <summary>Neither: it binds to nothing.</summary>
    Unreadable,
}

/// <summary>One argument in brackets.</summary>
/// <param name="Name">The parameter it names, as in <c>group='x'</c>; null when it has only its place.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As written, without the name.</param>
/// <param name="Literal">The value of a literal; null otherwise.</param>
public sealed record TextArgument(string? Name, TextArgumentKind Kind, string Text, Value Literal);
