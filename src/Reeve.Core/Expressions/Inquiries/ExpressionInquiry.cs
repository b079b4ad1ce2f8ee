using Reeve.Core.Expressions.Evaluation;
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

    /// <summary>The names with which the expressions begin to read data, each once; neither variables of macros nor names of types.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The strings that can come out as they are written: alone, at the end of a choice, as a member of a map that is looked up. Each once.</summary>
    public required IReadOnlyList<string> Results { get; init; }

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
        List<string> names = [];
        foreach (Expression expression in expressions)
        {
            Ast ast = Parser.Parse(expression.Text);
            inquirer.Read(ast, expression);
            survey.Read(ast);
            survey.ReadResults(ast);
            names.AddRange(PathCollector.Collect(ast).Where(path => path[0] != '@' && !IsType(path)).Select(Root));
        }

        return new ExpressionInquiry
        {
            Paths = inquirer.Finish(),
            Names = [.. names.Distinct()],
            Results = survey.Results,
            Literals = survey.Literals,
            JoinsTexts = survey.JoinsTexts,
            Calendars = survey.Calendars,
            AnyCalendar = survey.AnyCalendar,
        };
    }

    private static bool IsType(string path) => TypeNames.Find(path) is not null || path == TypeNames.NullValue;

    private static string Root(string path) => path.IndexOfAny(['.', '[']) is > 0 and var end ? path[..end] : path;
}
