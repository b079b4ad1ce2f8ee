using System.Globalization;
using System.Text;

namespace Reeve.Fuzz;

/// <summary>Makes pack texts, JSON or YAML, out of good packs.</summary>
public static class PackMaker
{
    private static readonly string[] Names =
    [
        "domainName", "description", "version", "ontology", "entities", "formats", "intake", "problemWindow", "calendars", "exceptionTypes", "severityRules", "tools",
        "playbooks", "guardrails", "testSuites", "examples", "attributes", "relations", "keys", "fields", "when", "each", "record", "fingerprint", "externalId", "state",
        "parentType", "defaultSeverity", "detectionRules", "condition", "if", "severity", "priorityScore", "dbQueries", "apiActions", "argsSchema", "parameters", "inputSchema",
        "returns", "outputSchema", "endpoint", "auth", "rollbackTool", "effect", "amount", "timeoutSeconds", "maxRetries", "playbookId", "exceptionType", "appliesTo", "extends",
        "includes", "conditions", "match", "priority", "steps", "stepId", "action", "conditional", "fallback", "rollback", "requiresApproval", "successCriteria", "allowLists",
        "blockLists", "humanApprovalThreshold", "noAutoActionIfSeverityIn", "severityGates", "rules", "decision", "tenantId", "approvedBusinessProcesses", "workflowPolicies",
        "severityOverrides", "customSeverityOverrides", "approvedTools", "toolsAllowList", "toolOverrides", "toolEndpoints", "guardrailOverrides", "customGuardrails",
        "humanApprovalRules", "quorum", "within", "sources", "verify", "customPlaybooks", "routingRules", "assignGroup", "notificationPolicies", "embeddingConfig",
        "retentionPolicies", "dataTTL", "acceptTextCriteria", "zone", "weekend", "holidays", "cutoff", "type", "required", "properties", "$ref", "$defs", "enum", "pattern",
    ];

    private static readonly string[] References = ["hurry", "hurry-abroad", "relabel", "search", "DELAYED", "LOST", "LOST*", "*", "locate", "reroute", "Parcel", "depot", "CRITICAL", "LOW", "BLOCK"];

    private static readonly string[] Conditions = ["condition", "if", "conditional", "when", "each", "fingerprint", "externalId", "state", "successCriteria", "amount"];

    /// <summary>One pack text; <paramref name="isYaml"/> says how it is written.</summary>
    public static byte[] Make(Dice dice, string pack, bool isYaml)
    {
        Tree tree = Tree.Parse(pack);
        if (dice.Percent(95))
        {
            // A strict reader refuses most changes, so half of the packs have only one.
            Spoiling.Nodes(dice, tree, Names, Replacement, dice.Percent(50) ? 1 : dice.Small(10));
        }

        if (dice.Percent(1))
        {
            Widen(dice, tree);
        }

        string text = isYaml && dice.Percent(85) ? Yaml(dice, tree) : tree.ToJson();
        byte[] bytes = Spoiling.Dressed(dice, text);
        return dice.Percent(15) ? Spoiling.Bytes(dice, bytes) : bytes;
    }

    private static Tree Replacement(Dice dice, string key)
    {
        if (Conditions.Contains(key) && dice.Percent(70))
        {
            return Tree.String(ExpressionMaker.Make(dice));
        }

        return dice.Below(4) switch
        {
            0 => Tree.String(dice.Pick(References)),
            1 => Tree.Parse($"[\"{dice.Pick(References)}\", \"{dice.Pick(References)}\"]"),
            _ => Hostile.Value(dice),
        };
    }

    // One list or map grows to thousands of members.
    private static void Widen(Dice dice, Tree tree)
    {
        if (dice.Pick(tree.Places()) is ({ } parent, var index))
        {
            (string key, Tree node) = parent.Children[index];
            for (int i = dice.Pick([100, 1_000, 3_000]); i > 0; i--)
            {
                parent.Children.Add((key + i.ToString(CultureInfo.InvariantCulture), node.Clone()));
            }
        }
    }

    private static string Yaml(Dice dice, Tree tree)
    {
        StringBuilder text = new();
        if (dice.Percent(5))
        {
            text.Append(dice.Pick(["---\n", "%YAML 1.2\n---\n", "# packs\n", "--- !!map\n", "&root\n"]));
        }

        Block(dice, tree, 0, text);
        if (dice.Percent(3))
        {
            text.Append(dice.Pick(["---\nx: 1\n", "...\n", "extra: *a\n", "<<: {a: 1}\n", "\ttab: 1\n"]));
        }

        return text.ToString();
    }

    private static void Block(Dice dice, Tree tree, int indent, StringBuilder text)
    {
        string pad = new(' ', indent);
        foreach ((string key, Tree node) in tree.Children)
        {
            string lead = tree.Kind == TreeKind.List ? $"{pad}-" : $"{pad}{(dice.Percent(90) && Plain(key) ? key : Tree.Quote(key))}:";
            if (node.Kind == TreeKind.Scalar || node.Children.Count == 0 || dice.Percent(10))
            {
                text.Append(lead).Append(' ').Append(Decoration(dice)).Append(Scalar(dice, node, pad)).Append('\n');
            }
            else
            {
                text.Append(lead).Append(Decoration(dice).TrimEnd() is { Length: > 0 } decoration ? " " + decoration : "").Append('\n');
                Block(dice, node, indent + dice.Pick([2, 2, 2, 4]), text);
            }
        }
    }

    private static string Decoration(Dice dice) => dice.Below(3_000) switch
    {
        0 => "&a ",
        1 => "*a ",
        2 => "!!str ",
        3 => "!x ",
        4 => "&a &b ",
        _ => "",
    };

    private static string Scalar(Dice dice, Tree node, string pad)
    {
        string json = node.ToJson();
        if (node.Kind != TreeKind.Scalar || json.Length < 3 || json[0] != '"' || dice.Percent(50))
        {
            return json;
        }

        string inner = json[1..^1];
        return dice.Below(4) switch
        {
            0 => $"'{inner.Replace("'", "''", StringComparison.Ordinal)}'",
            1 when !inner.Contains('\\') => $"|-\n{pad}    {inner}",
            _ => Plain(inner) ? inner : json,
        };
    }

    private static bool Plain(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ') && char.IsAsciiLetter(text[0]) && text[^1] != ' ';
}
