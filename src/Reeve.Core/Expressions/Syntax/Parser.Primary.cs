using Reeve.Core.Errors;

namespace Reeve.Core.Expressions.Syntax;

internal ref partial struct Parser
{
    private Ast ParsePrimary()
    {
        Token start = token;
        switch (start.Kind)
        {
            case TokenKind.Literal when start.IsIntLimit:
                throw SyntaxFault.At(ErrorCatalogue.Expressions.BadLiteral, "An int literal must fit 64 bits with sign.", text, start.Start);
            case TokenKind.Literal:
                Advance();
                return Made(new LiteralAst(start.Start, start.Literal));
            case TokenKind.LeftParen:
                Advance();
                Ast inner = ParseExpression();
                Take(TokenKind.RightParen, "')'");
                return inner;
            case TokenKind.LeftBracket: return ParseList();
            case TokenKind.LeftBrace: return ParseMap();
            case TokenKind.Dot:
                Advance();
                return ParseName(isAbsolute: true);
            case TokenKind.Name: return ParseName(isAbsolute: false);
            default: throw Expected("a value, a name or '('");
        }
    }

    private Ast ParseName(bool isAbsolute)
    {
        Token name = token;
        if (name.Kind != TokenKind.Name)
        {
            throw Expected("a name");
        }

        if (Reserved.Contains(name.Text!))
        {
            throw SyntaxFault.At(ErrorCatalogue.Expressions.Syntax, $"'{name.Text}' is reserved and cannot be a name; as a field it is read by x['{name.Text}'].", text, name.Start);
        }

        Advance();
        return token.Kind == TokenKind.LeftParen
            ? ParseCall(name.Start, name.Text!, target: null)
            : Made(new NameAst(name.Start, name.Text!, isAbsolute));
    }

    private Ast ParseCall(int position, string name, Ast? target)
    {
        Advance();
        List<Ast> arguments = [];
        while (token.Kind != TokenKind.RightParen)
        {
            arguments.Add(ParseExpression());
            if (!Skip(TokenKind.Comma) && token.Kind != TokenKind.RightParen)
            {
                throw Expected($"',' or ')' in the arguments of {name}()");
            }
        }

        Advance();
        Ast[] given = [.. arguments];
        return Made(Macros.Expand(text, position, name, target, given) ?? new CallAst(position, name, target, given));
    }

    private Ast ParseList()
    {
        int position = token.Start;
        Advance();
        List<Ast> elements = [];
        List<bool> optional = [];
        while (token.Kind != TokenKind.RightBracket)
        {
            optional.Add(Skip(TokenKind.Question));
            elements.Add(ParseExpression());
            if (!Skip(TokenKind.Comma) && token.Kind != TokenKind.RightBracket)
            {
                throw Expected("',' or ']' in the list");
            }
        }

        Advance();
        return Made(new ListAst(position, [.. elements], optional.Contains(item: true) ? [.. optional] : null));
    }

    private Ast ParseMap()
    {
        int position = token.Start;
        Advance();
        List<Ast> keys = [];
        List<Ast> values = [];
        List<bool> optional = [];
        while (token.Kind != TokenKind.RightBrace)
        {
            optional.Add(Skip(TokenKind.Question));
            keys.Add(ParseExpression());
            Take(TokenKind.Colon, "':' behind the key");
            values.Add(ParseExpression());
            if (!Skip(TokenKind.Comma) && token.Kind != TokenKind.RightBrace)
            {
                throw Expected("',' or '}' in the map");
            }
        }

        Advance();
        return Made(new MapAst(position, [.. keys], [.. values], optional.Contains(item: true) ? [.. optional] : null));
    }

    private Ast ParseMessage(int position, string typeName)
    {
        Advance();
        List<string> fields = [];
        List<Ast> values = [];
        while (token.Kind != TokenKind.RightBrace)
        {
            Skip(TokenKind.Question);
            fields.Add(TakeField());
            Take(TokenKind.Colon, "':' behind the field");
            values.Add(ParseExpression());
            if (!Skip(TokenKind.Comma) && token.Kind != TokenKind.RightBrace)
            {
                throw Expected("',' or '}' in the message");
            }
        }

        Advance();
        return Made(new MessageAst(position, typeName, [.. fields], [.. values]));
    }
}
