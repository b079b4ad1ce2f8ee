using System.Text;
using System.Text.Json.Nodes;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;

namespace Reeve.Tests.PackDocuments;

/// <summary>A pack and a policy that use every field of the format, and what tests do with them.</summary>
internal static class PackTexts
{
    public const string Domain = """
    {
      "domainName": "Shop",
      "description": "Orders of a shop.",
      "version": "2.1.0",
      "ontology": { "concepts": { "order": { "definition": "What somebody wants.", "synonyms": ["purchase"] } } },
      "entities": {
        "Order": { "attributes": { "orderId": { "type": "string", "required": true }, "lines": { "type": "Line[]", "required": false } },
                   "relations": [{ "toEntity": "Line", "type": "has" }] },
        "Line": { "keys": ["lineId"], "fields": ["lineId", "sku"] }
      },
      "formats": { "any": { "thing": 1 } },
      "intake": [
        { "when": "has(doc.alerts)", "each": "doc.alerts",
          "record": { "exceptionType": "item.kind", "severity": "item.level", "amount": "item.total" },
          "fingerprint": "item.id", "externalId": "item.ref", "state": "open" }
      ],
      "problemWindow": "12h",
      "calendars": { "desk": { "zone": "Europe/London", "weekend": ["sat", "sun"], "holidays": ["2026-12-25"], "cutoff": "17:00" } },
      "exceptionTypes": {
        "ORDER": { "description": "Something about an order.", "defaultSeverity": "LOW", "tags": ["orders"] },
        "ORDER_LATE": { "description": "Late.", "parentType": "ORDER", "detectionRules": [{ "id": "late", "condition": "rawPayload.late == true" }] },
        "ORDER_LOST": { "description": "Lost.", "parentType": "ORDER", "detectionRules": ["rawPayload.lost == true", "$.lost"],
                        "severityRules": [{ "condition": "amount > 100", "severity": "HIGH", "priorityScore": 5 }] },
        "NOTE": { "description": "To know.", "actionable": false }
      },
      "severityRules": [{ "id": "big", "condition": "amount > 1000", "severity": "CRITICAL", "priorityScore": 10 }, { "if": "amount > 10", "severity": "MEDIUM" }],
      "tools": {
        "getOrder": { "description": "Reads an order.", "parameters": { "orderId": { "type": "string", "required": true } }, "returns": "Order",
                      "endpoint": "https://api.example.com/orders", "effect": "read", "auth": { "type": "api_key", "header": "X-Key", "secret": "secret://orders" } },
        "refund": { "description": "Pays back.", "kind": "money", "argsSchema": { "orderId": "string", "lines": "Line[]", "note": "string?" },
                    "endpointConfig": { "url": "https://api.example.com/refunds", "method": "POST", "headers": { "A": "b" }, "timeoutSeconds": 5 },
                    "rollbackTool": "cancelRefund", "plan": "getOrder", "amount": "args.amount", "currency": "'EUR'", "idempotent": true,
                    "allowHosts": ["db.internal:5432"], "maxRetries": 1, "version": "1.4.0", "tenantScope": "tenant", "idempotencyHeader": "X-Idem" },
        "cancelRefund": { "description": "Takes back.", "inputSchema": { "type": "object", "properties": { "orderId": { "type": "string" } }, "required": ["orderId"] } },
        "purge": { "description": "Deletes.", "enabled": true, "deprecated": true }
      },
      "playbooks": [
        { "playbookId": "PB_BASE", "name": "Base", "appliesTo": ["ORDER"], "steps": [{ "stepId": "read", "action": "getOrder", "parameters": { "orderId": "{exception.normalized_context.orderId}" } }, "Tell the desk."] },
        { "playbookId": "PB_LOST", "name": "Lost", "exceptionType": "ORDER_LOST", "version": "1.2.0", "approved": true, "extends": "PB_BASE",
          "conditions": { "match": { "domain": "shop", "exception_type": "ORDER_*", "severity_in": ["high", "critical"], "sla_minutes_remaining_lt": 60, "policy_tags": ["vip"] }, "priority": 5 },
          "steps": [
            { "stepId": "refund", "name": "Refund", "action": "invokeTool", "parameters": { "tool_id": "refund", "payload": { "orderId": "1" } },
              "conditional": "amount < 500", "requiresApproval": true, "fallback": { "action": "notify", "parameters": { "channel": "log", "message": "failed" } },
              "rollback": { "tool": "cancelRefund", "parameters": { "orderId": "1" } }, "description": "Pays." },
            { "stepId": "assign", "action": "assign_owner", "parameters": { "queue": "desk" } }
          ],
          "successCriteria": ["steps.refund.output.ok == true", "getOrder(orderId)", "The customer is content.", { "tool": "getOrder", "parameters": { "orderId": "1" } }] },
        { "playbookId": "PB_ANY", "includes": ["PB_BASE"], "exceptionType": "ORDER_*", "steps": [{ "step_order": 1, "action_type": "set_status", "params": { "status": "resolved" } }] }
      ],
      "guardrails": {
        "allowLists": { "tools": [], "actions": [] },
        "blockLists": { "tools": ["purge"], "actions": ["add_comment"] },
        "humanApprovalThreshold": 0.8,
        "escalateIfConfidenceBelow": 0.5,
        "noAutoActionIfSeverityIn": ["CRITICAL"],
        "autoActionAllowedOnlyForApprovedPlaybooks": true,
        "requireHumanApprovalFor": ["ORDER_LOST"],
        "maxAutoRetries": 2,
        "severityGates": { "HIGH": { "requireApproval": true } },
        "rules": [{ "id": "large", "condition": "amount > 5000", "decision": "BLOCK", "reason": "Too much." }]
      },
      "testSuites": [
        { "suiteId": "core", "cases": [{ "caseId": "a", "inputExceptionType": "ORDER_LATE", "expectedPlaybookId": "PB_ANY" },
                                       { "input": { "exceptionType": "NOTE" }, "expectedPlaybookId": null, "expectedOutput": { "exceptionType": "NOTE", "severity": "MEDIUM" } }] }
      ],
      "examples": [{ "exceptionType": "ORDER_LATE" }]
    }
    """;

    public const string Tenant = """
    {
      "tenantId": "T1",
      "tenantName": "Tenant One",
      "environment": "test",
      "version": "7",
      "domainName": "Shop",
      "workflowPolicies": {
        "approvedBusinessProcesses": ["PB_LOST", "PB_OWN"],
        "severityOverrides": { "ORDER_LATE": "HIGH" },
        "escalationQueue": "Tier2",
        "agingThresholds": { "ORDER_LATE": "48h", "ORDER_LOST": "2bd@desk" }
      },
      "customSeverityOverrides": [{ "exceptionType": "NOTE", "severity": "LOW" }],
      "toolsAllowList": { "dbQueries": ["getOrder"], "apiActions": [{ "name": "refund", "timeoutSeconds": 9, "maxRetries": 0, "version": "1.2.0" }, "cancelRefund"] },
      "toolOverrides": [{ "toolName": "getOrder", "timeoutSeconds": 3, "maxRetries": 1 }],
      "toolEndpoints": { "cancelRefund": { "endpoint": "https://tenant.example.com/cancel", "auth": { "type": "oauth", "tokenUrl": "https://tenant.example.com/token", "clientId": "me", "clientSecret": "secret://cancel", "scope": "x" } } },
      "guardrailOverrides": { "humanApprovalThreshold": 0.9, "blockLists": ["getOrder"], "rules": [{ "condition": "amount > 100", "decision": "REQUIRE_APPROVAL", "reason": "Ours." }] },
      "humanApprovalRules": [{ "severity": "CRITICAL", "exceptionType": "ORDER_LOST", "condition": "amount > 1", "requireApproval": true, "quorum": "2 of operator and 1 of admin", "within": "30m" }],
      "sources": { "hook": { "pack": "Shop", "verify": "github", "secret": "secret://hook" }, "own": { "verify": { "hmac": { "header": "X-Sig", "algorithm": "sha256", "encoding": "hex", "prefix": "v1=", "timestampHeader": "X-Time" } }, "secret": "secret://own" } },
      "customPlaybooks": [{ "playbookId": "PB_OWN", "exceptionType": "ORDER_LATE", "steps": ["Use cancelRefund(orderId)"] }],
      "routingRules": [{ "if": "exceptionType == 'ORDER_LATE'", "assignGroup": "Desk" }],
      "notificationPolicies": { "channels": ["email", "teamsWebhook"], "recipientsByGroup": { "Desk": ["a@example.com"] }, "webhookUrls": { "teams": "https://teams.example.com/x" }, "smtpConfig": { "host": "mail" } },
      "embeddingConfig": { "provider": "openai", "model": "m", "apiKey": "secret://emb", "dimension": 256 },
      "retentionPolicies": { "dataTTL": 90, "auditYears": 7 },
      "calendars": { "desk": { "zone": "UTC" } },
      "acceptTextCriteria": true,
      "alertRules": [{ "rule_type": "APPROVAL_QUEUE_AGING", "enabled": true, "threshold": 5, "window_minutes": 30, "severity": "HIGH", "escalation_tool": "refund", "notification_group": "Desk" }],
      "enabledModules": ["learning"],
      "testSuites": [{ "suiteId": "core", "asOf": "2026-01-31T09:30:00+01:00", "cases": [{ "caseId": "a", "expectedPlaybookId": "PB_OWN" }, { "caseId": "own", "inputExceptionType": "NOTE" }] }]
    }
    """;

    // Keys of these objects are names that the pack chooses, not fields.
    private static readonly HashSet<string> NameMaps = new(StringComparer.Ordinal)
    {
        "concepts", "entities", "attributes", "record", "calendars", "exceptionTypes", "tools", "parameters", "argsSchema", "headers",
        "severityGates", "severityOverrides", "agingThresholds", "toolEndpoints", "sources", "recipientsByGroup", "webhookUrls",
    };

    // These are not the pack's own words at all.
    private static readonly HashSet<string> Foreign = new(StringComparer.Ordinal) { "inputSchema", "payload", "formats", "examples", "input", "smtpConfig" };

    public static PackReading<DomainPack> ReadDomain(string json) => DomainPackReader.Read(Json(json));

    public static PackReading<TenantPolicy> ReadTenant(string json) => TenantPolicyReader.Read(Json(json));

    public static DomainPack DomainPack() => ReadDomain(Domain).OrThrow();

    public static PackReading<BoundPolicy> Bind(string tenant, string domain = Domain)
    {
        Document document = Json(tenant);
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(ReadDomain(domain).OrThrow(), TenantPolicyReader.Read(document).OrThrow());
        return bound with { Errors = document.Place(bound.Errors) };
    }

    public static Document Json(string json) => DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default, "test.json");

    /// <summary>The text with the value at a pointer replaced, added (a last part <c>-</c> appends), or, for the word REMOVE, removed.</summary>
    public static string With(string json, string pointer, string value)
    {
        JsonNode root = JsonNode.Parse(json)!;
        string[] parts = [.. JsonPointer.Parts(pointer)];
        JsonNode at = root;
        foreach (string part in parts[..^1])
        {
            at = (at is JsonArray list ? list[int.Parse(part)] : at[part]) ?? throw new InvalidOperationException($"There is no {part} in {pointer}.");
        }

        JsonNode? replacement = value == "REMOVE" ? null : JsonNode.Parse(value);
        switch (at)
        {
            case JsonArray list when parts[^1] == "-": list.Add(replacement); break;
            case JsonArray list when value == "REMOVE": list.RemoveAt(int.Parse(parts[^1])); break;
            case JsonArray list: list[int.Parse(parts[^1])] = replacement; break;
            default:
                at.AsObject().Remove(parts[^1]);
                if (value != "REMOVE")
                {
                    at.AsObject().Add(parts[^1], replacement);
                }

                break;
        }

        return root.ToJsonString();
    }

    /// <summary>The same document with every field in snake_case.</summary>
    public static string Snake(string json) => Snake(JsonNode.Parse(json), isNames: false)!.ToJsonString();

    public static string Describe(IEnumerable<ReeveError> errors) => string.Join("\n", errors);

    private static JsonNode? Snake(JsonNode? node, bool isNames) => node switch
    {
        JsonObject map => new JsonObject(map.Select(entry =>
            KeyValuePair.Create(
                isNames ? entry.Key : SnakeWord(entry.Key),
                Foreign.Contains(entry.Key) ? entry.Value?.DeepClone() : Snake(entry.Value, !isNames && NameMaps.Contains(entry.Key))))),
        JsonArray list => new JsonArray([.. list.Select(item => Snake(item, isNames: false))]),
        _ => node?.DeepClone(),
    };

    private static string SnakeWord(string word) => word == "dataTTL" ? "data_ttl" : string.Concat(word.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
