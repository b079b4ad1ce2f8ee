using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Calendars that neither a duration nor an expression names, and names of calendars that are nowhere.</summary>
internal sealed class CalendarChecks
{
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private bool isAny;

    /// <summary>Notes what a domain pack and all its policies name.</summary>
    internal CalendarChecks(DomainPack domain, IEnumerable<TenantPolicy> policies)
    {
        Take(domain.ProblemWindow);
        Take(domain.Intake.SelectMany(mapping => (Expression?[])[mapping.When, mapping.Each, mapping.Fingerprint, mapping.ExternalId, mapping.State, mapping.Payload, .. mapping.Fields.Select(field => field.Source)]));
        Take(domain.SeverityRules.Concat(domain.ExceptionTypes.SelectMany(type => type.SeverityRules)).Select(rule => rule.Condition));
        Take(domain.ExceptionTypes.SelectMany(type => type.DetectionRules).Select(rule => rule.Condition));
        Take(domain.Guardrails.Rules.Select(rule => rule.Condition));
        Take(domain.Tools.SelectMany(tool => (Expression?[])[tool.Amount, tool.Currency]));
        Take(domain.Playbooks);
        foreach (TenantPolicy policy in policies)
        {
            Take(policy.Guardrails.Rules.Select(rule => rule.Condition));
            Take(policy.HumanApprovalRules.Select(rule => rule.Condition));
            Take(policy.RoutingRules.Select(rule => rule.Condition));
            Take(policy.CustomPlaybooks);
            foreach (AgingThreshold threshold in policy.AgingThresholds)
            {
                Take(threshold.Age);
            }

            foreach (HumanApprovalRule rule in policy.HumanApprovalRules)
            {
                Take(rule.Within);
            }
        }
    }

    /// <summary>The calendars of one document.</summary>
    internal IEnumerable<ReeveError> Check(NamedList<BusinessCalendar> calendars, PackPlace top)
    {
        PackPlace section = top.Find("calendars");
        foreach (BusinessCalendar calendar in calendars)
        {
            if (!isAny && !named.Contains(calendar.Name))
            {
                yield return new ReeveError(ErrorCatalogue.Lint.UnusedCalendar, $"No duration and no expression names the calendar {Shown.Name(calendar.Name)}.", section.Key(calendar.Name).Pointer);
            }
        }
    }

    /// <summary>The calendars that an expression names and none of some bound pairs has.</summary>
    internal static IEnumerable<ReeveError> Unknown(string name, Expression? expression, string pointer, IReadOnlyList<LintScope> scopes)
    {
        foreach (string calendar in expression is null || !IsAboutBusiness(expression) ? [] : ExpressionInquiry.Of(expression).Calendars)
        {
            if (!scopes.Any(scope => scope.Bound.Calendars.Has(calendar)))
            {
                IEnumerable<string> known = scopes.SelectMany(scope => scope.Bound.Calendars).Select(one => one.Name).Distinct(StringComparer.Ordinal);
                yield return new ReeveError(
                    ErrorCatalogue.Lint.UnknownCalendar, $"{name} counts in the calendar {Shown.Name(calendar)}, and there is none.{DidYouMean.Sentence(calendar, known)}", pointer);
            }
        }
    }

    private static bool IsAboutBusiness(Expression expression) => expression.Text.Contains("businessDays", StringComparison.Ordinal);

    private void Take(PackDuration? duration)
    {
        if (duration is { Calendar: { } calendar })
        {
            named.Add(calendar);
        }
    }

    private void Take(IEnumerable<Playbook> playbooks)
    {
        foreach (Playbook playbook in playbooks)
        {
            Take(playbook.SuccessCriteria.Select(criterion => criterion.Condition));
            foreach (PlaybookStep step in playbook.Steps)
            {
                for (PlaybookStep? one = step; one is not null; one = one.Fallback)
                {
                    Take([one.Conditional]);
                }
            }
        }
    }

    private void Take(IEnumerable<Expression?> expressions)
    {
        foreach (Expression expression in expressions.OfType<Expression>().Where(IsAboutBusiness))
        {
            ExpressionInquiry inquiry = ExpressionInquiry.Of(expression);
            named.UnionWith(inquiry.Calendars);
            isAny |= inquiry.AnyCalendar;
        }
    }
}
