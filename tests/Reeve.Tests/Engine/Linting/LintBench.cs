using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Engine.Intake;
using Reeve.Engine.Linting;

namespace Reeve.Tests.Linting;

/// <summary>A pack and a policy in which there is nothing to find, to be spoiled by the test that wants something found.</summary>
internal static class LintBench
{
    internal const string Domain = """
        {
          "domainName": "Parcels",
          "intake": [
            {"when": "doc.kind == 'scan'", "record": {"exceptionType": "'SCANNED'"}},
            {"record": {"exceptionType": "doc.type", "weight": "doc.weight", "policy_tags": "doc.gold == true ? ['gold'] : []"}}
          ],
          "exceptionTypes": {
            "PARCEL": {"description": "Any.", "defaultSeverity": "MEDIUM", "detectionRules": [{"id": "has-weight", "condition": "has(rawPayload.weight)"}]},
            "LATE": {"description": "Late.", "parentType": "PARCEL", "severityRules": [{"id": "very-late", "condition": "hours > 72", "severity": "HIGH"}]},
            "LOST": {"description": "Lost.", "parentType": "PARCEL", "defaultSeverity": "HIGH"},
            "SCANNED": {"description": "For information.", "actionable": false, "defaultSeverity": "LOW"}
          },
          "severityRules": [{"id": "heavy", "condition": "weight > 30", "severity": "CRITICAL"}],
          "tools": {
            "locate": {"description": "Finds it.", "effect": "read", "parameters": {"parcel": {"type": "string", "required": true}},
              "outputSchema": {"type": "object", "properties": {"found": {"type": "boolean"}, "places": {"type": "array", "items": {"type": "object", "properties": {"city": {"type": "string"}}}}}}},
            "resend": {"description": "Sends another.", "parameters": {"parcel": {"type": "string", "required": true}}, "rollbackTool": "recall",
              "outputSchema": {"type": "object", "properties": {"accepted": {"type": "boolean"}}, "additionalProperties": false}},
            "recall": {"description": "Calls it back.", "parameters": {"parcel": {"type": "string", "required": true}}, "returns": "void"}
          },
          "playbooks": [
            {"playbookId": "hurry", "appliesTo": ["LATE"], "steps": [
              {"stepId": "find", "action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}},
              {"stepId": "again", "action": "resend", "parameters": {"parcel": "{exception.raw_payload.parcel}"}, "conditional": "hours > 24"}],
              "successCriteria": ["steps.find.output.found == true"]},
            {"playbookId": "search", "appliesTo": ["LOST"], "steps": ["Look with locate(parcel)", "Ask the depot"]}
          ],
          "guardrails": {"rules": [{"id": "dear", "condition": "value > 1000", "decision": "REQUIRE_APPROVAL"}]}
        }
        """;

    internal const string Policy = """
        {
          "tenantId": "NORTH", "domainName": "Parcels",
          "routingRules": [
            {"id": "lost", "condition": "exceptionType == 'LOST'", "assignGroup": "Search"},
            {"id": "rest", "condition": "true", "assignGroup": "Desk"}
          ]
        }
        """;

    /// <summary>Two documents that have every field which the pack and the policy read.</summary>
    internal const string Samples = """
        [{"type":"LATE","parcel":"P1","weight":3,"hours":5,"value":10,"gold":true,"stops":[{"city":"A"}]},
         {"kind":"scan","parcel":"P2"}]
        """;

    /// <summary>The findings in a domain pack, as <c>CODE /pointer</c>.</summary>
    internal static string[] InDomain(string domain, string? samples = Samples, params string[] policies) => Shown(Lint(domain, samples, policies).Domain);

    /// <summary>The findings in a policy.</summary>
    internal static string[] InPolicy(string policy, string domain = Domain, string? samples = Samples) => Shown(Lint(domain, samples, policy).Policies[0]);

    internal static LintReport Lint(string domain, string? samples = Samples, params string[] policies)
    {
        BoundPolicy implied = Make.Bound(domain, """{"tenantId":"IMPLIED"}""");
        return PackLinter.Lint(implied, [.. policies.Select(policy => Make.Bound(domain, policy))], samples is null ? [] : [.. BatchReader.Split(Encoding.UTF8.GetBytes(samples))], Make.Now);
    }

    /// <summary>The domain with one severity rule of this condition.</summary>
    internal static string WithRule(string condition) =>
        Make.With(Domain, "severityRules", $$"""[{"id":"tried","condition":{{System.Text.Json.JsonSerializer.Serialize(condition)}},"severity":"CRITICAL"}]""");

    /// <summary>The domain with one playbook for LOST, in place of its own.</summary>
    internal static string WithSteps(string steps, string criteria = "[]") => Make.With(Domain, "playbooks", $$$"""
        [{"playbookId":"hurry","appliesTo":["LATE"],"steps":[{"action":"resend","parameters":{"parcel":"{exception.raw_payload.parcel}"}}]},
         {"playbookId":"search","appliesTo":["LOST"],"steps":{{{steps}}},"successCriteria":{{{criteria}}}},
         {"playbookId":"both","appliesTo":["PARCEL"],"steps":["locate(parcel)"]}]
        """);

    private static string[] Shown(IReadOnlyList<ReeveError> findings) => [.. findings.Select(finding => $"{finding.Code} {finding.Subject}")];
}
