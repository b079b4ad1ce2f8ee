using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Calendars that neither a duration nor an expression names.</summary>
internal sealed class CalendarChecks
{
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private bool isAny;

    /// <summary>Notes what a domain pack and all its policies name.</summary>
    internal CalendarChecks(DomainPack domain, IEnumerable<TenantPolicy> policies)
    {
        Take(domain.ProblemWindow);
        Take(domain.Intake.SelectMany(mapping => (Expression?[])[mapping.When, mapping.Each, mapping.Fingerprint, mapping.ExternalId, mapping.State, .. mapping.Fields.Select(field => field.Source)]));
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
        foreach (Expression expression in expressions.OfType<Expression>().Where(expression => expression.Text.Contains("businessDays", StringComparison.Ordinal)))
        {
            ExpressionInquiry inquiry = ExpressionInquiry.Of(expression);
            named.UnionWith(inquiry.Calendars);
            isAny |= inquiry.AnyCalendar;
        }
    }
}
