using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.StepTexts;

/// <summary>A text step as read (EX-PB-3).</summary>
/// <param name="ConditionalWord">Its first word if that makes it conditional or repeating, such as <c>if</c>; else null.</param>
/// <param name="Calls">The tools it names, in order.</param>
/// <param name="UnknownWords">Words written like calls that are no tool.</param>
internal sealed record StepText(string? ConditionalWord, IReadOnlyList<TextCall> Calls, IReadOnlyList<string> UnknownWords);

/// <summary>A tool named in a text.</summary>
internal sealed record TextCall(ToolName Tool, IReadOnlyList<TextArgument> Arguments);

/// <summary>What an argument in brackets is.</summary>
internal enum TextArgumentKind
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
internal sealed record TextArgument(string? Name, TextArgumentKind Kind, string Text, Value Literal);
