using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>What a token is.</summary>
internal enum TokenKind : byte
{
    End,
    Name,
    QuotedName,
    Literal,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Dot,
    Comma,
    Colon,
    Question,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Not,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Zero-based offset of its first character.</param>
/// <param name="End">Zero-based offset after its last character.</param>
/// <param name="Literal">The value of a literal. The int 9223372036854775808, which only exists behind a minus, is a null here.</param>
/// <param name="Text">The name, for names.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, Value Literal = default, string? Text = null)
{
    /// <summary>Whether this is the one int literal that is only valid behind a minus.</summary>
    internal bool IsIntLimit => Kind == TokenKind.Literal && Text == Lexer.IntLimit;
}
