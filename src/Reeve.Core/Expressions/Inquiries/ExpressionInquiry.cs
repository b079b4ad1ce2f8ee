using Reeve.Core.Expressions.Syntax;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>
/// What expressions ask of data: the paths they read and, for each, the values that can make a difference to them. Trying
/// every combination of those is as good as trying all data. Immutable.
/// </summary>
public sealed record ExpressionInquiry
{
    /// <summary>The paths, in order of first occurrence; <c>now</c> is one.</summary>
    public required IReadOnlyList<PathInquiry> Paths { get; init; }

    /// <summary>Every string written in the expressions, in order, each once.</summary>
    public required IReadOnlyList<string> Literals { get; init; }

    /// <summary>Whether texts are put together, so that <see cref="Literals"/> may be parts of what comes out.</summary>
    public required bool JoinsTexts { get; init; }

    /// <summary>The business calendars that are named, each once.</summary>
    public required IReadOnlyList<string> Calendars { get; init; }

    /// <summary>Whether data names a calendar, so that it could be any.</summary>
    public required bool AnyCalendar { get; init; }

    /// <summary>Reads one expression.</summary>
    public static ExpressionInquiry Of(Expression expression) => Of([expression]);

    /// <summary>Reads several expressions that see the same data, as one.</summary>
    public static ExpressionInquiry Of(IReadOnlyList<Expression> expressions)
    {
        Inquirer inquirer = new();
        LiteralSurvey survey = new();
        foreach (Expression expression in expressions)
        {
            Ast ast = Parser.Parse(expression.Text);
            inquirer.Read(ast, expression);
            survey.Read(ast);
        }

        return new ExpressionInquiry
        {
            Paths = inquirer.Finish(),
            Literals = survey.Literals,
            JoinsTexts = survey.JoinsTexts,
            Calendars = survey.Calendars,
            AnyCalendar = survey.AnyCalendar,
        };
    }
}
