using Reeve.Core.Expressions.Syntax;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>Collects the strings that an expression writes, and among them the names of calendars and what can come out.</summary>
internal sealed class LiteralSurvey
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly List<string> literals = [];
    private readonly List<string> calendars = [];
    private readonly List<string> results = [];

    internal IReadOnlyList<string> Literals => literals;

    internal IReadOnlyList<string> Calendars => calendars;

    internal IReadOnlyList<string> Results => results;

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

    /// <summary>Reads the strings that can be the value of the whole.</summary>
    internal void ReadResults(Ast ast)
    {
        switch (ast)
        {
            case LiteralAst literal when literal.Value.StringOrNull() is { } text && !results.Contains(text): results.Add(text); break;
            case ConditionalAst choice: ReadResults(choice.Then, choice.Otherwise); break;
            case MacroAst { Kind: MacroKind.Bind } named: ReadResults(named.Body); break;
            case IndexAst { Operand: MapAst map }: ReadResults(map.Values); break;
            case CallAst { Function: "orValue", Target: { } first, Arguments: [{ } otherwise] }: ReadResults(first, otherwise); break;
        }
    }

    private void ReadResults(params ReadOnlySpan<Ast> asts)
    {
        foreach (Ast ast in asts)
        {
            ReadResults(ast);
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
