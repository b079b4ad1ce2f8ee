using System.Globalization;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks;

/// <summary>The conditions of a playbook besides the type (EX-PB-2): all that are given must hold.</summary>
internal static class MatchRules
{
    /// <summary>The first condition that does not hold, as a sentence; null when all hold.</summary>
    internal static string? FirstFailure(PlaybookMatch match, ExceptionRecord record, BoundPolicy policy, DateTimeOffset now)
    {
        if (match.Domain is { } domain && !string.Equals(domain, policy.Domain.Name.Value, StringComparison.OrdinalIgnoreCase))
        {
            return $"It is for the domain '{domain}'.";
        }

        if (match.Severities.Count > 0 && !(record.Severity is { } severity && match.Severities.Contains(severity)))
        {
            string given = record.Severity is { } known ? Wire.Name(known) : "not known";
            return $"The severity is {given}; it is for {string.Join(", ", match.Severities.Select(Wire.Name))}.";
        }

        return Deadline(match, record, now) ?? Tags(match, record);
    }

    private static string? Deadline(PlaybookMatch match, ExceptionRecord record, DateTimeOffset now)
    {
        if (match.SlaMinutesRemainingBelow is not { } limit)
        {
            return null;
        }

        Value deadline = Field(record, "sla_deadline", "slaDeadline");
        if (deadline.IsNull)
        {
            return null;
        }

        if (Time(deadline) is not { } time)
        {
            return "sla_deadline is not a time, so the minutes that remain cannot be told.";
        }

        double minutes = (time - now).TotalMinutes;
        return minutes < limit ? null : $"{Math.Floor(minutes).ToString(CultureInfo.InvariantCulture)} minutes remain to sla_deadline; it is for fewer than {limit.ToString(CultureInfo.InvariantCulture)}.";
    }

    private static string? Tags(PlaybookMatch match, ExceptionRecord record)
    {
        if (match.PolicyTags.Count == 0)
        {
            return null;
        }

        Value tags = Field(record, "policy_tags", "policyTags");
        foreach (string tag in match.PolicyTags)
        {
            if (!Holds(tags, tag))
            {
                return $"policy_tags do not hold '{tag}'.";
            }
        }

        return null;
    }

    private static bool Holds(Value tags, string tag)
    {
        if (tags.StringOrNull() is { } only)
        {
            return only == tag;
        }

        foreach (Value item in (tags.ListOrNull() ?? ListValue.Empty).Items)
        {
            if (item.StringOrNull() == tag)
            {
                return true;
            }
        }

        return false;
    }

    // As conditions read a name that is no field of the record: normalizedContext, then rawPayload.
    private static Value Field(ExceptionRecord record, string snake, string camel)
    {
        Value value = record.NormalizedContext[snake];
        value = value.IsNull ? record.NormalizedContext[camel] : value;
        value = value.IsNull ? record.RawPayload[snake] : value;
        return value.IsNull ? record.RawPayload[camel] : value;
    }

    private static DateTimeOffset? Time(Value value)
    {
        string? text = value.Kind == ValueKind.Timestamp ? TimeText.Timestamp(value) : value.StringOrNull();
        return TimeText.TryRead(text, out DateTimeOffset time) ? time : null;
    }
}
