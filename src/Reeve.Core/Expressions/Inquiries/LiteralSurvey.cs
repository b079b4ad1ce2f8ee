using Reeve.Core.Expressions.Syntax;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>Collects the strings that an expression writes, and among them the names of calendars.</summary>
internal sealed class LiteralSurvey
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly List<string> literals = [];
    private readonly List<string> calendars = [];

    internal IReadOnlyList<string> Literals => literals;

    internal IReadOnlyList<string> Calendars => calendars;

    internal bool JoinsTexts { get; private set; }

    internal bool AnyCalendar { get; private set; }

    internal void Read(Ast ast)
    {
        switch (ast)
        {
            case LiteralAst literal when literal.Value.StringOrNull() is { } text:
                if (seen.Add(text))
                {
                    literals.Add(text);
                }

                break;
            case OperatorAst { Kind: Operator.Add }: JoinsTexts = true; break;
            case CallAst { Target: not null } call: ReadCall(call); break;
        }

        foreach (Ast child in AstChildren.Of(ast))
        {
            Read(child);
        }
    }

    private void ReadCall(CallAst call)
    {
        if (call.Target is NameAst { Name: "businessDays" } && call.Arguments.Length == 3)
        {
            ReadCalendar(call.Arguments[2]);
        }

        // Whatever makes a text of texts, or may.
        JoinsTexts |= call.Function is "join" or "format" or "replace" or "lowerAscii" or "upperAscii" or "trim" or "substring" or "split";
    }

    private void ReadCalendar(Ast name)
    {
        switch (name)
        {
            case LiteralAst literal when literal.Value.StringOrNull() is { } text:
                if (!calendars.Contains(text))
                {
                    calendars.Add(text);
                }

                break;
            case ConditionalAst choice:
                ReadCalendar(choice.Then);
                ReadCalendar(choice.Otherwise);
                break;
            default: AnyCalendar = true; break;
        }
    }
}
