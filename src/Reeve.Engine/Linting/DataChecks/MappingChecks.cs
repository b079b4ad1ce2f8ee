using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Expressions of intake mappings that name what mappings do not know: data, types, calendars.</summary>
internal static class MappingChecks
{
    // As mappings are evaluated.
    private static readonly string[] Roots = ["doc", "item", "now"];

    internal static IEnumerable<ReeveError> Check(PackPlace list, DomainPack domain, IReadOnlyList<LintScope> scopes)
    {
        for (int i = 0; i < domain.Intake.Count; i++)
        {
            foreach ((string field, Expression expression, PackPlace place) in Expressions(domain.Intake[i], list.Item(i)))
            {
                string name = $"{Shown.Name(field)} of mapping {i + 1}";
                ExpressionInquiry inquiry = ExpressionInquiry.Of(expression);
                string[] unknown = [.. inquiry.Names.Where(read => !Roots.Contains(read))];
                if (unknown.Length > 0)
                {
                    yield return new ReeveError(ErrorCatalogue.Lint.UnknownName, $"{name} reads {Listed(unknown)}, and mappings know only doc, item and now.{Hint(expression, inquiry, unknown)}", place.Pointer);
                }

                foreach (string type in field != "exceptionType" ? [] : inquiry.Results.Where(type => type.Length > 0 && !domain.ExceptionTypes.Has(type)))
                {
                    yield return new ReeveError(
                        ErrorCatalogue.Lint.UnknownType,
                        $"{name} can give the type {Shown.Name(type)}, and there is none.{DidYouMean.Sentence(type, domain.ExceptionTypes.Select(one => one.Name.Value))}",
                        place.Pointer);
                }

                foreach (ReeveError finding in CalendarChecks.Unknown(name, expression, place.Pointer, scopes))
                {
                    yield return finding;
                }
            }
        }
    }

    // Nothing but names that are nothing: most likely text whose quotes YAML took.
    private static string Hint(Expression expression, ExpressionInquiry inquiry, string[] unknown)
    {
        string meant = DidYouMean.Sentence(unknown[0], Roots);
        bool isBare = inquiry.Names.Count == unknown.Length && inquiry.Literals.Count == 0 && !expression.Text.Contains('(', StringComparison.Ordinal);
        return meant.Length > 0 || !isBare ? meant : $" If that is the text itself, write \"'{Shown.Short(expression.Text.Trim(), 64)}'\".";
    }

    private static string Listed(string[] names) => string.Join(" and ", names.Take(4).Select(Shown.Name)) + (names.Length > 4 ? " and more" : "");

    private static IEnumerable<(string Field, Expression Expression, PackPlace Place)> Expressions(IntakeMapping mapping, PackPlace place)
    {
        (string Name, Expression? Expression)[] own =
            [("when", mapping.When), ("each", mapping.Each), ("fingerprint", mapping.Fingerprint), ("externalId", mapping.ExternalId), ("state", mapping.State)];
        foreach ((string name, Expression? expression) in own)
        {
            if (expression is not null)
            {
                yield return (name, expression, place.Find(name));
            }
        }

        PackPlace record = place.Find("record");
        if (mapping.Payload is { } payload)
        {
            yield return ("rawPayload", payload, record.Find("rawPayload"));
        }

        PackPlace context = record.Find("normalizedContext");
        foreach (MappedField field in mapping.Fields)
        {
            PackPlace exact = record.Key(field.Name);
            yield return (field.Name, field.Source, exact != record ? exact : record.Has(field.Name) ? record.Find(field.Name) : context.Find(field.Name));
        }
    }
}
