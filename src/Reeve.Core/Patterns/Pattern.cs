using System.Text.RegularExpressions;
using Reeve.Core.Errors;

namespace Reeve.Core.Patterns;

/// <summary>Whose grammar and meaning a regular expression has.</summary>
public enum PatternSyntax
{
    /// <summary>RE2, as CEL's <c>matches</c> defines it (github.com/google/re2/wiki/Syntax).</summary>
    Re2,

    /// <summary>ECMA-262 with the flag <c>u</c>, as JSON Schema's <c>pattern</c> wants it, less what needs backtracking.</summary>
    Ecma262,
}

/// <summary>
/// A regular expression that never backtracks: the time of a match grows linearly with the text. It works on code points,
/// and its classes are those of its syntax, not of .NET. Immutable and thread-safe.
/// </summary>
/// <remarks>See this folder's README for how it is translated and for what is refused.</remarks>
public sealed class Pattern
{
    private readonly Regex regex;
    private readonly Alphabet alphabet;

    private Pattern(string text, PatternSyntax syntax, int size, Regex regex, Alphabet alphabet)
    {
        Text = text;
        Syntax = syntax;
        Size = size;
        this.regex = regex;
        this.alphabet = alphabet;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whose grammar it has.</summary>
    public PatternSyntax Syntax { get; }

    /// <summary>Its characters and assertions once repetitions are written out, 0 to 2,000: what a step of matching costs at worst.</summary>
    public int Size { get; }

    /// <summary>Reads and translates a regular expression.</summary>
    /// <exception cref="PatternException">
    /// PAT-001 malformed, PAT-002 not supported, PAT-003 too large, each with the offset in <paramref name="text"/>.
    /// </exception>
    public static Pattern Compile(string text, PatternSyntax syntax)
    {
        if (text.Length > PatternLimits.Length)
        {
            throw new PatternException(
                ErrorCatalogue.Patterns.TooLarge, $"The regular expression has {text.Length} characters; {PatternLimits.Length} are accepted", PatternLimits.Length);
        }

        PatternNode tree = ParserOf(text, syntax).Parse();
        Alphabet alphabet = Alphabet.Of(tree);
        try
        {
            Regex regex = new(
                Translation.Of(tree, alphabet), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
            return new Pattern(text, syntax, (int)tree.Size, regex, alphabet);
        }
        catch (NotSupportedException)
        {
            // The framework's own limit on automata; ours is meant to be met first.
            throw new PatternException(ErrorCatalogue.Patterns.TooLarge, "The regular expression needs too large an automaton", 0);
        }
    }

    /// <summary>Whether the pattern occurs in the text.</summary>
    public bool IsMatch(string input) => IsMatch(input.AsSpan());

    /// <summary>Whether the pattern occurs in the text.</summary>
    public bool IsMatch(ReadOnlySpan<char> input) => alphabet.IsMatch(regex, input);

    /// <summary>A text that matches, made of letters and digits where it may be; null when none was found.</summary>
    /// <param name="atLeast">The length aimed at, where repetitions leave a choice.</param>
    public string? Example(int atLeast)
    {
        string example = PatternExample.Of(ParserOf(Text, Syntax).Parse(), atLeast);
        return IsMatch(example) ? example : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static PatternParser ParserOf(string text, PatternSyntax syntax) =>
        syntax == PatternSyntax.Re2 ? new Re2Parser(text) : new EcmaParser(text);
}

/// <summary>Why a text is not an acceptable regular expression, and where. Caught by who maps the offset into a larger text.</summary>
public sealed class PatternException : ReeveException
{
    /// <summary>Makes the fault; the message gets the offset appended.</summary>
    public PatternException(ErrorCode code, string message, int offset)
        : base(new ReeveError(code, $"{message} (at offset {offset})."))
    {
        Offset = offset;
        Reason = message;
    }

    /// <summary>Zero-based, in UTF-16 units of the pattern's text.</summary>
    public int Offset { get; }

    /// <summary>What is wrong, without the offset.</summary>
    public string Reason { get; }
}

/// <summary>How large a regular expression may be. Linear time alone bounds neither memory nor the
/// factor: at these limits 100,000 characters took at most some 8 s and kept 70 MB, found by trying what grows worst.</summary>
internal static class PatternLimits
{
    /// <summary>Characters of the text.</summary>
    internal const int Length = 10_000;

    /// <summary>Groups inside groups; both our parser and .NET's recurse on them.</summary>
    internal const int Depth = 200;

    /// <summary>Characters and assertions once repetitions are written out.</summary>
    internal const int Size = 2_000;

    /// <summary>Repetitions and choices once the repetitions around them are written out: a step costs up to their square.</summary>
    internal const int Forks = 300;

    /// <summary>The size of one repetition around others, whose automata grow fastest.</summary>
    internal const int NestedSize = 1_000;

    /// <summary>RE2's bound on a count and on the product of nested counts.</summary>
    internal const int Re2Repeats = 1_000;
}
