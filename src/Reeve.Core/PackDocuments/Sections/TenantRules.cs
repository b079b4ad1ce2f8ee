using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>A tenant's own severities, ages and approvals.</summary>
internal static class TenantRules
{
    // One decision needs no crowd; a larger number is a slip.
    private const int MaxApprovers = 100;

    /// <summary>Overrides as <c>{type: severity}</c>, as <c>[{exceptionType, severity}]</c>, or both.</summary>
    internal static NamedList<SeverityOverride> SeverityOverrides(Field? map, Field? list)
    {
        List<SeverityOverride> overrides = [];
        foreach (Field? section in (Field?[])[map, list])
        {
            if (section is { IsList: true } items)
            {
                foreach (Field item in items.Items())
                {
                    if (item.Object() is { } fields)
                    {
                        Add(overrides, item, fields.Require("exceptionType")?.Reference(ReferenceKind.ExceptionType), fields.Require("severity")?.Word<Severity>());
                        fields.Close();
                    }
                }
            }
            else
            {
                foreach ((string name, Field entry) in section?.Entries() ?? [])
                {
                    entry.Notes.Refer(ReferenceKind.ExceptionType, name, entry.Pointer);
                    Add(overrides, entry, name, entry.Word<Severity>());
                }
            }
        }

        return new NamedList<SeverityOverride>(overrides, item => item.ExceptionType.Value);
    }

    internal static IReadOnlyList<AgingThreshold> AgingThresholds(Field? section)
    {
        List<AgingThreshold> thresholds = [];
        foreach ((string name, Field entry) in section?.Entries() ?? [])
        {
            entry.Notes.Refer(ReferenceKind.ExceptionType, name, entry.Pointer);
            if (CalendarFields.Duration(entry) is { } age)
            {
                thresholds.Add(new AgingThreshold(new ExceptionTypeName(name), age));
            }
        }

        return thresholds;
    }

    internal static IReadOnlyList<HumanApprovalRule> HumanApprovalRules(Field? section)
    {
        List<HumanApprovalRule> rules = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is { } fields)
            {
                Severity? severity = fields.Find("severity")?.Word<Severity>();
                string? type = fields.Find("exceptionType")?.Reference(ReferenceKind.ExceptionType);
                Field? condition = fields.FindAny("condition", "if");
                bool? requireApproval = fields.Require("requireApproval")?.Bool();
                rules.Add(new HumanApprovalRule
                {
                    Id = Id(fields, severity, type, condition, ids),
                    Severity = severity,
                    ExceptionType = type is null ? null : new ExceptionTypeName(type),
                    Condition = condition?.Expression(ExpressionMode.Condition),
                    RequireApproval = requireApproval ?? true,
                    Quorum = Quorum(fields.Find("quorum")),
                    Within = CalendarFields.Duration(fields.Find("within")),
                });
                _ = fields.Find("reason")?.Prose();
                fields.Close();
            }
        }

        return rules;
    }

    // The key of a rule is what it is about: the severity, the type, or both.
    private static RuleId Id(ObjectFields fields, Severity? severity, string? type, Field? condition, HashSet<string> taken)
    {
        string text = condition is { } given ? given.Value.StringOrNull() ?? JsonText.ToText(given.Value) : "true";
        RuleId id = RuleFields.IdOf(fields, "humanApprovalRules", text, taken);
        if (fields.Has("id") || (severity is null && type is null))
        {
            return id;
        }

        string key = severity is { } word ? Wire.Name(word) + (type is null ? "" : "/" + type) : type!; // not null: one of the two is given
        return new RuleId("humanApprovalRules:" + key);
    }

    private static void Add(List<SeverityOverride> overrides, Field place, string? type, Severity? severity)
    {
        if (type is null || severity is null)
        {
            return;
        }

        if (overrides.Exists(other => other.ExceptionType.Value == type))
        {
            place.Error(ErrorCatalogue.Packs.SaidTwice, $"The severity of {Shown.Name(type)} is overridden twice.");
        }

        overrides.Add(new SeverityOverride(new ExceptionTypeName(type), severity.Value));
    }

    // "2 of operator and 1 of admin"
    private static IReadOnlyList<QuorumPart> Quorum(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return [];
        }

        List<QuorumPart> parts = [];
        foreach (string part in text.Split(" and ", StringSplitOptions.TrimEntries))
        {
            string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isPart = words.Length == 3 && words[1] == "of"
                && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MaxApprovers
                && words[2].All(c => char.IsLetterOrDigit(c) || c is '_' or '-');
            if (!isPart)
            {
                field.Value.Error(
                    ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a quorum.", $"Write it as \"2 of operator and 1 of admin\", at most {MaxApprovers} of a role.");
                return [];
            }

            parts.Add(new QuorumPart(int.Parse(words[0], CultureInfo.InvariantCulture), words[2]));
        }

        return parts;
    }
}
