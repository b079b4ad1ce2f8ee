using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Agents.Judging;

/// <summary>Which rule of a policy says who gets an exception. Pure.</summary>
public static class Assignment
{
    /// <summary>The aging threshold by which an exception goes to the escalation queue; null when it is young enough, or there is no queue.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="type">The exception's type; the nearest ancestor's threshold is the one that counts.</param>
    /// <param name="since">When it occurred.</param>
    /// <param name="now">The stage's clock.</param>
    public static AgingThreshold? Overdue(BoundPolicy policy, ExceptionType type, DateTimeOffset since, DateTimeOffset now)
    {
        foreach (ExceptionTypeName name in type.Lineage)
        {
            foreach (AgingThreshold threshold in policy.Policy.AgingThresholds)
            {
                if (threshold.ExceptionType == name)
                {
                    bool overdue = threshold.Age.AddTo(since, policy.Calendars.Find) < now;
                    return overdue && policy.Policy.EscalationQueue is not null ? threshold : null;
                }
            }
        }

        return null;
    }

    /// <summary>The first routing rule that matches; null when none does.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="scope">The names that conditions use.</param>
    /// <param name="doubts">Takes a sentence for each rule before it that cannot be judged.</param>
    public static RoutingRule? Route(BoundPolicy policy, Activation scope, List<string> doubts)
    {
        foreach (RoutingRule rule in policy.Policy.RoutingRules)
        {
            Truth truth = rule.Condition.Test(scope);
            if (truth.IsTrue)
            {
                return rule;
            }

            if (truth.IsUnknown)
            {
                doubts.Add($"Routing rule {rule.Id} cannot be judged: {Reasons.Unknown(truth)}.");
            }
        }

        return null;
    }
}
