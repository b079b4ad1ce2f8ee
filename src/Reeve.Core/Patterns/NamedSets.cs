namespace Reeve.Core.Patterns;

/// <summary>The sets that both syntaxes write by a letter or a name.</summary>
internal static class NamedSets
{
    internal static readonly CodeSet Digit = CodeSet.Of('0', '9');
    internal static readonly CodeSet Word = CodeSet.Of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    internal static readonly CodeSet NotNewline = CodeSet.Of('\n').Negate();

    /// <summary>RE2's <c>\s</c>: no vertical tab.</summary>
    internal static readonly CodeSet AsciiSpace = CodeSet.Of('\t', '\n', '\f', '\r', ' ', ' ');

    /// <summary>ECMA-262's WhiteSpace and LineTerminator.</summary>
    internal static readonly CodeSet EcmaSpace = CodeSet.Of(
        '\t', '\r', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);

    /// <summary>ECMA-262's <c>.</c>: anything but a LineTerminator.</summary>
    internal static readonly CodeSet NotLineTerminator = CodeSet.Of('\n', '\n', '\r', '\r', 0x2028, 0x2029).Negate();

    /// <summary>A POSIX class by its name inside <c>[:…:]</c>; null if there is none.</summary>
    internal static CodeSet? Posix(ReadOnlySpan<char> name) => name switch
    {
        "alnum" => CodeSet.Of('0', '9', 'A', 'Z', 'a', 'z'),
        "alpha" => CodeSet.Of('A', 'Z', 'a', 'z'),
        "ascii" => CodeSet.Of(0, 0x7F),
        "blank" => CodeSet.Of('\t', '\t', ' ', ' '),
        "cntrl" => CodeSet.Of(0, 0x1F, 0x7F, 0x7F),
        "digit" => Digit,
        "graph" => CodeSet.Of('!', '~'),
        "lower" => CodeSet.Of('a', 'z'),
        "print" => CodeSet.Of(' ', '~'),
        "punct" => CodeSet.Of('!', '/', ':', '@', '[', '`', '{', '~'),
        "space" => CodeSet.Of('\t', '\r', ' ', ' '),
        "upper" => CodeSet.Of('A', 'Z'),
        "word" => Word,
        "xdigit" => CodeSet.Of('0', '9', 'A', 'F', 'a', 'f'),
        _ => null,
    };
}
