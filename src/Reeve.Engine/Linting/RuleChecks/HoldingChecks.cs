using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting.RuleChecks;

/// <summary>Conditions that nothing can make true, or false, and the words in them that nothing can equal.</summary>
internal static class HoldingChecks
{
    private const int MaxShown = 160;

    internal static IEnumerable<ReeveError> Check(PackCondition condition, LintScope scope)
    {
        ReeveError[] words = [.. Words(condition, scope)];
        if (words.Length > 0)
        {
            // What is wrong with the words is why it never holds; one finding is enough.
            return words;
        }

        return condition.Circumstances.Count > 0 && Holding(condition, scope) is { } finding ? [finding] : [];
    }

    private static ReeveError? Holding(PackCondition condition, LintScope scope)
    {
        SearchAnswer answer = scope.Search.Try(condition.Expression, condition.Circumstances);
        if (answer.IsNever)
        {
            (ErrorCode code, string why) = Why(condition, scope);
            return new ReeveError(code, $"{condition.Name} can never hold ({Text(condition)}).{why}", condition.Pointer);
        }

        return answer.IsAlways && !condition.IsLastResort && !DependsOnTenant(condition, scope)
            ? new ReeveError(ErrorCatalogue.Lint.AlwaysHolds, $"{condition.Name} holds whenever it can be told ({Text(condition)}).", condition.Pointer)
            : null;
    }

    // A tenant that nobody gave here may set severities that the domain pack itself never gives.
    private static bool DependsOnTenant(PackCondition condition, LintScope scope) =>
        scope.IsImplied && Reads(condition, scope, "severity") && !scope.Search.Try(condition.Expression, Anything(scope)).IsAlways;

    private static Circumstance[] Anything(LintScope scope) =>
        [.. scope.Types.SelectMany(type => Enum.GetValues<Severity>().Select(severity => new Circumstance(type.Name.Value, severity)))];

    // Whether the words alone are the reason, or what is known when the condition is asked.
    private static (ErrorCode Code, string Why) Why(PackCondition condition, LintScope scope)
    {
        ErrorCode code = condition.Kind == ConditionKind.Step ? ErrorCatalogue.Lint.DeadStep : ErrorCatalogue.Lint.NeverHolds;
        bool readsSeverity = Reads(condition, scope, "severity");
        if (condition.Kind == ConditionKind.Detection && (readsSeverity || Reads(condition, scope, "exceptionType")))
        {
            return (code, " Neither type nor severity is known when types are detected.");
        }

        if (condition.Kind == ConditionKind.Severity && readsSeverity)
        {
            return (code, " No severity is known before the severity rules are asked; what the source reported is reportedSeverity.");
        }

        return readsSeverity && scope.Search.Try(condition.Expression, Anything(scope)).CanHold
            ? (condition.Kind == ConditionKind.Step ? code : ErrorCatalogue.Lint.UnreachedSeverity, " Nothing that it is about can have that severity.")
            : (code, "");
    }

    private static bool Reads(PackCondition condition, LintScope scope, string root) =>
        scope.Search.InquiryOf(condition.Expression).Paths.Any(path => path.Parts is [{ Name: var name }] && name == root);

    private static IEnumerable<ReeveError> Words(PackCondition condition, LintScope scope)
    {
        foreach (PathInquiry path in scope.Search.InquiryOf(condition.Expression).Paths)
        {
            if (path.Parts is [{ Name: "exception" }, { Name: var field }, ..])
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.UnseenField,
                    $"{condition.Name} reads {Shown.Name(path.Text)}, and a record has no field {Shown.Name(field)}. Write {Shown.Short(field, 64)} alone, which is looked for in normalizedContext and then in rawPayload.",
                    condition.Pointer);
            }

            if (path.IsTransformed || path.Parts is not [{ Name: var name }])
            {
                continue;
            }

            IEnumerable<string> compared = path.Compared.Select(value => value.StringOrNull()).OfType<string>();
            switch (name)
            {
                case "exceptionType":
                    foreach (string text in compared.Where(text => !scope.Types.Has(text)))
                    {
                        yield return new ReeveError(
                            ErrorCatalogue.Lint.UnknownType,
                            $"{condition.Name} asks for the type {Shown.Name(text)}, and there is none.{DidYouMean.Sentence(text, scope.Types.Select(type => type.Name.Value))}",
                            condition.Pointer);
                    }

                    foreach (TextTest test in path.Texts.Where(test => !scope.Types.Any(type => Meets(type.Name.Value, test))))
                    {
                        yield return new ReeveError(
                            ErrorCatalogue.Lint.UnknownType, $"{condition.Name} asks for types whose name {Ask(test.Kind)} {Shown.Name(test.Text)}, and there is none.", condition.Pointer);
                    }

                    break;
                case "severity":
                    foreach (string text in compared.Where(text => !Wire.All<Severity>().Contains(text)))
                    {
                        yield return new ReeveError(
                            ErrorCatalogue.Lint.UnknownSeverity,
                            $"{condition.Name} asks for the severity {Shown.Name(text)}, and there is none.{DidYouMean.Sentence(text, Wire.All<Severity>())}",
                            condition.Pointer);
                    }

                    break;
            }
        }
    }

    private static bool Meets(string name, TextTest test) => test.Kind switch
    {
        TextTestKind.Prefix => name.StartsWith(test.Text, StringComparison.Ordinal),
        TextTestKind.Suffix => name.EndsWith(test.Text, StringComparison.Ordinal),
        _ => name.Contains(test.Text, StringComparison.Ordinal),
    };

    private static string Ask(TextTestKind kind) => kind switch
    {
        TextTestKind.Prefix => "begins with",
        TextTestKind.Suffix => "ends with",
        _ => "contains",
    };

    /// <summary>A condition for a message.</summary>
    internal static string Text(PackCondition condition) => Shorten(condition.Expression);

    /// <summary>An expression for a message.</summary>
    internal static string Shorten(Expression expression) => Shown.Short(Expressed(expression), MaxShown);

    /// <summary>An expression on one line; two that differ only in white space are the same.</summary>
    internal static string Expressed(Expression expression) => string.Join(' ', expression.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
