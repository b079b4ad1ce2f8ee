namespace Reeve.Core.Expressions;

/// <summary>What an expression may cost; each bound ends in a coded error or in an unknown answer, never in a hang.</summary>
public static class ExpressionLimits
{
    /// <summary>The longest text, in characters (UTF-16 units).</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The deepest nesting of operators, calls and parentheses.</summary>
    public const int MaxDepth = 250;

    /// <summary>The most parts (names, literals, operators, calls) of one text.</summary>
    public const int MaxNodes = 20_000;

    /// <summary>
    /// The regular expressions written in one text, together: their sizes with repetitions written out, and
    /// <see cref="PatternOverhead"/> for each. Compiling one takes milliseconds where parsing it takes microseconds, so
    /// the length of the text bounds neither.
    /// </summary>
    public const int MaxPatternSize = 10_000;

    /// <summary>What each regular expression adds to its size, since even a short one may name half of Unicode.</summary>
    public const int PatternOverhead = 20;

    /// <summary>
    /// The cost units of one evaluation unless the caller gives another number: one per operation, per loop round and per
    /// element or ten characters that an operation walks over (EX-MODEL-5).
    /// </summary>
    public const int DefaultCost = 10_000;

    /// <summary>The most values (list elements and map entries, nested ones counted at each occurrence) of a result that an expression built.</summary>
    public const int MaxResultValues = 1_000_000;
}
