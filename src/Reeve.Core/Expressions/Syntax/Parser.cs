using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>
/// Recursive descent over the grammar of the CEL language definition; macros become nodes of their own at once.
/// Every bound (length, nesting, size) ends in a coded error with its position, never in an exhausted stack.
/// </summary>
internal ref partial struct Parser
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    };

    private readonly string text;
    private Lexer lexer;
    private Token token;
    private int level;
    private int nodes;

    private Parser(string text)
    {
        this.text = text;
        lexer = new Lexer(text);
        token = lexer.Next();
    }

    /// <summary>Parses a whole text.</summary>
    /// <exception cref="ReeveException">EXPR-001 to EXPR-006, with the position.</exception>
    internal static Ast Parse(string text)
    {
        if (text.Length > ExpressionLimits.MaxLength)
        {
            throw SyntaxFault.At(
                ErrorCatalogue.Expressions.TooLong, $"{text.Length:N0} characters; at most {ExpressionLimits.MaxLength:N0} are accepted.", text, ExpressionLimits.MaxLength);
        }

        Parser parser = new(text);
        Ast ast = parser.ParseExpression();
        return parser.token.Kind == TokenKind.End ? ast : throw parser.Expected("the end of the expression or an operator");
    }

    private Ast ParseExpression()
    {
        Enter();
        Ast condition = ParseOr();
        if (token.Kind == TokenKind.Question)
        {
            int position = token.Start;
            Advance();
            Ast then = ParseOr();
            Take(TokenKind.Colon, "':' and the other branch of ?:");
            condition = Made(new ConditionalAst(position, condition, then, ParseExpression()));
        }

        level--;
        return condition;
    }

    private Ast ParseOr()
    {
        Ast first = ParseAnd();
        return token.Kind == TokenKind.Or ? ParseChain(first, TokenKind.Or, Operator.Or) : first;
    }

    private Ast ParseAnd()
    {
        Ast first = ParseRelation();
        return token.Kind == TokenKind.And ? ParseChain(first, TokenKind.And, Operator.And) : first;
    }

    // && and || are associative, so a chain becomes a balanced tree: thousands of operands nest a dozen levels.
    private Ast ParseChain(Ast first, TokenKind link, Operator kind)
    {
        List<Ast> operands = [first];
        List<int> positions = [];
        while (token.Kind == link)
        {
            positions.Add(token.Start);
            Advance();
            operands.Add(link == TokenKind.Or ? ParseAnd() : ParseRelation());
        }

        return Balance(kind, operands, positions, 0, operands.Count);
    }

    private Ast Balance(Operator kind, List<Ast> operands, List<int> positions, int start, int end)
    {
        if (end - start == 1)
        {
            return operands[start];
        }

        int middle = (start + end + 1) / 2;
        Ast left = Balance(kind, operands, positions, start, middle);
        Ast right = Balance(kind, operands, positions, middle, end);
        return Made(new OperatorAst(positions[middle - 1], kind, left, right));
    }

    private Ast ParseRelation()
    {
        Ast left = ParseSum();
        while (RelationOf(token.Kind) is { } kind)
        {
            int position = token.Start;
            Advance();
            left = Made(new OperatorAst(position, kind, left, ParseSum()));
        }

        return left;
    }

    private static Operator? RelationOf(TokenKind kind) => kind switch
    {
        TokenKind.Equal => Operator.Equal,
        TokenKind.NotEqual => Operator.NotEqual,
        TokenKind.Less => Operator.Less,
        TokenKind.LessOrEqual => Operator.LessOrEqual,
        TokenKind.Greater => Operator.Greater,
        TokenKind.GreaterOrEqual => Operator.GreaterOrEqual,
        TokenKind.In => Operator.In,
        _ => null,
    };

    private Ast ParseSum()
    {
        Ast left = ParseProduct();
        while (token.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            Operator kind = token.Kind == TokenKind.Plus ? Operator.Add : Operator.Subtract;
            int position = token.Start;
            Advance();
            left = Made(new OperatorAst(position, kind, left, ParseProduct()));
        }

        return left;
    }

    private Ast ParseProduct()
    {
        Ast left = ParseUnary();
        while (token.Kind is TokenKind.Star or TokenKind.Slash or TokenKind.Percent)
        {
            Operator kind = token.Kind switch
            {
                TokenKind.Star => Operator.Multiply,
                TokenKind.Slash => Operator.Divide,
                _ => Operator.Modulo,
            };
            int position = token.Start;
            Advance();
            left = Made(new OperatorAst(position, kind, left, ParseUnary()));
        }

        return left;
    }

    private Ast ParseUnary()
    {
        if (token.Kind is not (TokenKind.Not or TokenKind.Minus))
        {
            return ParseMember();
        }

        Token sign = token;
        Advance();
        if (sign.Kind == TokenKind.Minus && token.Kind == TokenKind.Literal && Negated(token) is { } literal)
        {
            Ast number = Made(new LiteralAst(sign.Start, literal));
            Advance();
            return ParseMemberOf(number);
        }

        Enter();
        Ast operand = ParseUnary();
        level--;
        return Made(new OperatorAst(sign.Start, sign.Kind == TokenKind.Not ? Operator.Not : Operator.Negate, operand, null));
    }

    // -1 is one literal, not the negation of one: otherwise the smallest int could not be written.
    private static Value? Negated(in Token number) => number.IsIntLimit ? Value.Of(long.MinValue) : number.Literal.Kind switch
    {
        ValueKind.Int => Value.Of(-number.Literal.AsInt()),
        ValueKind.Double => Value.Of(-number.Literal.AsDouble()),
        _ => null,
    };

    private Ast ParseMember() => ParseMemberOf(ParsePrimary());

    private Ast ParseMemberOf(Ast operand)
    {
        while (true)
        {
            int position = token.Start;
            if (token.Kind == TokenKind.Dot)
            {
                Advance();
                bool isOptional = Skip(TokenKind.Question);
                position = token.Start;
                bool isQuoted = token.Kind == TokenKind.QuotedName;
                string name = TakeField();
                operand = token.Kind == TokenKind.LeftParen && !isOptional && !isQuoted
                    ? ParseCall(position, name, operand)
                    : Made(new SelectAst(position, operand, name, isOptional));
            }
            else if (token.Kind == TokenKind.LeftBracket)
            {
                Advance();
                bool isOptional = Skip(TokenKind.Question);
                Ast key = ParseExpression();
                Take(TokenKind.RightBracket, "']' behind the index");
                operand = Made(new IndexAst(position, operand, key, isOptional));
            }
            else if (operand is NameAst { Name: "steps" } && IsStepNumber())
            {
                operand = Made(new SelectAst(position, operand, TakeStepNumber(), isOptional: false));
            }
            else if (token.Kind == TokenKind.LeftBrace && MessageName(operand) is { } typeName)
            {
                operand = ParseMessage(position, typeName);
            }
            else
            {
                return operand;
            }
        }
    }

    private static string? MessageName(Ast operand) => operand switch
    {
        NameAst name => name.Name,
        SelectAst { IsOptional: false } select when MessageName(select.Operand) is { } prefix => prefix + "." + select.Field,
        _ => null,
    };

    // Behind a dot every word is a field, reserved or not; in is a token of its own and reserved everywhere.
    private string TakeField()
    {
        string name = token.Kind is TokenKind.Name or TokenKind.QuotedName ? token.Text! : throw Expected("the name of a field");
        Advance();
        return name;
    }

    // Steps are numbered unless their author names them, so steps.1.output must be sayable; CEL itself reads ".1" as a
    // number, which no name can be followed by. The sub-step 1.2 is two such numbers.
    private readonly bool IsStepNumber() =>
        token.Kind == TokenKind.Literal && text[token.Start] == '.' && !text.AsSpan(token.Start + 1, token.End - token.Start - 1).ContainsAnyExceptInRange('0', '9');

    private string TakeStepNumber()
    {
        int start = token.Start + 1;
        int end = token.End;
        for (Advance(); token.Start == end && IsStepNumber(); Advance())
        {
            end = token.End;
        }

        return text[start..end];
    }

    private void Advance() => token = lexer.Next();

    private bool Skip(TokenKind kind)
    {
        if (token.Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Take(TokenKind kind, string what)
    {
        if (!Skip(kind))
        {
            throw Expected(what);
        }
    }

    private readonly ReeveException Expected(string what)
    {
        string found = token.Kind == TokenKind.End ? "the expression ends" : $"'{Shown.Short(text[token.Start..token.End], 20)}' was found";
        return SyntaxFault.At(ErrorCatalogue.Expressions.Syntax, $"Expected {what}, but {found}.", text, token.Start);
    }

    private void Enter()
    {
        level++;
        if (level > ExpressionLimits.MaxDepth)
        {
            throw SyntaxFault.At(ErrorCatalogue.Expressions.TooDeep, $"More than {ExpressionLimits.MaxDepth} levels.", text, token.Start);
        }
    }

    private Ast Made(Ast node)
    {
        nodes++;
        if (nodes > ExpressionLimits.MaxNodes)
        {
            throw SyntaxFault.At(ErrorCatalogue.Expressions.TooLarge, $"More than {ExpressionLimits.MaxNodes:N0} parts.", text, node.Position);
        }

        return node.Depth <= ExpressionLimits.MaxDepth
            ? node
            : throw SyntaxFault.At(ErrorCatalogue.Expressions.TooDeep, $"More than {ExpressionLimits.MaxDepth} levels.", text, node.Position);
    }
}
