using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.JsonPaths;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>Lists of rules: a condition and what it gives, each with the id by which decisions cite it (EX-MODEL-9).</summary>
internal static class RuleFields
{
    /// <summary>Severity rules of the pack or of one type.</summary>
    internal static IReadOnlyList<SeverityRule> SeverityRules(Field? section) =>
        Read(section, "severityRules", static (fields, id) =>
        {
            Expression? condition = Condition(fields);
            Severity? severity = fields.Require("severity")?.Word<Severity>();
            double? score = fields.Find("priorityScore")?.Number(-1e9, 1e9);
            return condition is null || severity is null ? null : new SeverityRule(id, condition, severity.Value, score);
        });

    /// <summary>Guardrail rules.</summary>
    internal static IReadOnlyList<GuardrailRule> GuardrailRules(Field? section) =>
        Read(section, "rules", static (fields, id) =>
        {
            Expression? condition = Condition(fields);
            string? decision = fields.Require("decision")?.OneOf("REQUIRE_APPROVAL", "BLOCK");
            string reason = fields.Find("reason")?.Prose() ?? "";
            PolicyVerdict verdict = decision == "BLOCK" ? PolicyVerdict.Block : PolicyVerdict.RequireApproval;
            return condition is null || decision is null ? null : new GuardrailRule(id, condition, verdict, reason);
        });

    /// <summary>Routing rules.</summary>
    internal static IReadOnlyList<RoutingRule> RoutingRules(Field? section) =>
        Read(section, "routingRules", static (fields, id) =>
        {
            Expression? condition = Condition(fields);
            string? group = fields.Require("assignGroup")?.Text();
            return condition is null || group is null ? null : new RoutingRule(id, condition, group);
        });

    /// <summary>Detection rules: objects or plain texts, CEL or JSONPath.</summary>
    internal static IReadOnlyList<DetectionRule> DetectionRules(Field? section)
    {
        List<DetectionRule> rules = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (Field item in section?.Items() ?? [])
        {
            ObjectFields? fields = item.IsText ? null : item.Object();
            Field? text = item.IsText ? item : fields?.Require("condition", "if");
            RuleId id = IdOf(fields, "detectionRules", text?.Value.StringOrNull() ?? "", ids);
            if (text?.Text() is { } written)
            {
                bool isPath = written.TrimStart().StartsWith('$');
                JsonPath? path = isPath ? Path(text.Value, written) : null;
                Expression? condition = isPath ? null : text.Value.Compile(written, ExpressionMode.Condition);
                if (path is not null || condition is not null)
                {
                    rules.Add(new DetectionRule { Id = id, Text = written, Condition = condition, Path = path });
                }
            }

            fields?.Close();
        }

        return rules;
    }

    /// <summary>The id of a rule: its own, else <c>section:</c> and eight hex digits of the SHA-256 of its text without white space around it.</summary>
    internal static RuleId IdOf(ObjectFields? fields, string section, string text, HashSet<string> taken)
    {
        if (fields?.Find("id") is not { } own)
        {
            return new RuleId($"{section}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Trim())).AsSpan(0, 4))}");
        }

        string id = own.Text() ?? "";
        if (id.Length > 0 && !taken.Add(id))
        {
            own.Error(ErrorCatalogue.Packs.DuplicateName, $"Two rules have the id {Shown.Name(id)}.");
        }

        return new RuleId(id);
    }

    private static Expression? Condition(ObjectFields fields) => fields.Require("condition", "if")?.Expression(ExpressionMode.Condition);

    private static IReadOnlyList<T> Read<T>(Field? section, string name, Func<ObjectFields, RuleId, T?> read)
        where T : class
    {
        List<T> rules = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is not { } fields)
            {
                continue;
            }

            Value condition = (fields.Find("condition") ?? fields.Find("if"))?.Value ?? Value.Null;
            RuleId id = IdOf(fields, name, condition.StringOrNull() ?? JsonText.ToText(condition), ids);
            if (read(fields, id) is { } rule)
            {
                rules.Add(rule);
            }

            fields.Close();
        }

        return rules;
    }

    private static JsonPath? Path(Field field, string text)
    {
        try
        {
            return JsonPath.Compile(text);
        }
        catch (ReeveException fault)
        {
            string place = fault.Error.Position is { } at ? $" (column {at.Column} of the path)" : "";
            field.Error(ErrorCatalogue.Packs.BadPath, fault.Error.Message + place);
            return null;
        }
    }
}
