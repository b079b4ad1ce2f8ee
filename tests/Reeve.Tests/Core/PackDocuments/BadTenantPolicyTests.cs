namespace Reeve.Tests.PackDocuments;

public sealed class BadTenantPolicyTests
{
    public static TheoryData<string, string, string, string?> OwnRules => new()
    {
        { "/tenantId", "REMOVE", "PACK-003", "" },
        { "/tenantId", "\"\"", "PACK-004", null },
        { "/colour", "1", "PACK-001", null },
        { "/workflowPolicies/queue", "\"x\"", "PACK-001", null },
        { "/escalationQueue", "\"x\"", "PACK-007", "/workflowPolicies/escalationQueue" },
        { "/workflowPolicies/approvedBusinessProcesses", "null", "PACK-002", null },
        { "/workflowPolicies/approvedBusinessProcesses", "\"PB_LOST\"", "PACK-002", null },
        { "/workflowPolicies/severityOverrides/ORDER_LATE", "\"BAD\"", "PACK-006", null },
        { "/customSeverityOverrides/-", "{\"exceptionType\":\"NOTE\",\"severity\":\"HIGH\"}", "PACK-007", "/customSeverityOverrides/1" },
        { "/workflowPolicies/agingThresholds/ORDER_LATE", "\"2 days\"", "PACK-008", null },
        { "/toolsAllowList", "null", "PACK-002", null },
        { "/approvedTools", "[]", "PACK-007", "/toolsAllowList" },
        { "/toolsAllowList/others", "[]", "PACK-001", null },
        { "/toolsAllowList/dbQueries/0", "7", "PACK-002", null },
        { "/toolOverrides/0/timeoutSeconds", "-1", "PACK-005", null },
        { "/toolEndpoints/cancelRefund/endpoint", "\"nowhere\"", "PACK-008", null },
        { "/toolEndpoints/cancelRefund/auth/clientSecret", "\"x\"", "PACK-024", null },
        { "/guardrailOverrides/colour", "1", "PACK-001", null },
        { "/customGuardrails", "{}", "PACK-007", null },
        { "/guardrailOverrides/humanApprovalThreshold", "2", "PACK-005", null },
        { "/humanApprovalRules/0/requireApproval", "REMOVE", "PACK-003", "/humanApprovalRules/0" },
        { "/humanApprovalRules/0/quorum", "\"everybody\"", "PACK-008", null },
        { "/humanApprovalRules/0/quorum", "\"0 of operator\"", "PACK-008", null },
        { "/humanApprovalRules/0/within", "\"soon\"", "PACK-008", null },
        { "/humanApprovalRules/0/condition", "\"(\"", "PACK-012", null },
        { "/humanApprovalRules/0/severity", "\"AWFUL\"", "PACK-006", null },
        { "/sources/hook/verify", "\"carrier-pigeon\"", "PACK-006", null },
        { "/sources/hook/secret", "\"plain\"", "PACK-024", null },
        { "/sources/own/verify/hmac/header", "REMOVE", "PACK-003", "/sources/own/verify/hmac" },
        { "/sources/own/verify/hmac/algorithm", "\"md5\"", "PACK-006", null },
        { "/routingRules/0/assignGroup", "REMOVE", "PACK-003", "/routingRules/0" },
        { "/notificationPolicies/channels/0", "\"fax\"", "PACK-006", null },
        { "/notificationPolicies/recipientsByGroup/Desk", "\"a@example.com\"", "PACK-002", null },
        { "/notificationPolicies/webhookUrls/teams", "\"teams\"", "PACK-008", null },
        { "/embeddingConfig/apiKey", "\"sk-1\"", "PACK-024", null },
        { "/embeddingConfig/dimension", "0", "PACK-005", null },
        { "/retentionPolicies/dataTTL", "0", "PACK-005", null },
        { "/retentionPolicies/auditYears", "0", "PACK-005", null },
        { "/acceptTextCriteria", "\"yes\"", "PACK-002", null },
        { "/alertRules/0/rule_type", "\"MOON\"", "PACK-006", null },
        { "/enabledModules", "{}", "PACK-002", null },
        { "/calendars/desk/zone", "\"Mars/Base\"", "PACK-018", null },
        { "/customPlaybooks/0/steps", "REMOVE", "PACK-003", "/customPlaybooks/0" },
        { "/testSuites/0/asOf", "\"2026-01-31T09:30:00\"", "PACK-008", null }, // another moment for everybody
        { "/testSuites/0/asOf", "\"yesterday\"", "PACK-008", null },
        { "/testSuites/0/cases/0/expectedOutput", "{\"severity\":\"TERRIBLE\"}", "PACK-006", "/testSuites/0/cases/0/expectedOutput/severity" },
        { "/testSuites/0/cases/1/caseId", "\"a\"", "PACK-016", "/testSuites/0/cases/1" },
    };

    public static TheoryData<string, string, string, string?> BoundRules => new()
    {
        { "/domainName", "\"Shopp\"", "PACK-030", null },
        { "/workflowPolicies/approvedBusinessProcesses/0", "\"PB_NONE\"", "PACK-014", null },
        { "/workflowPolicies/severityOverrides/NOBODY", "\"LOW\"", "PACK-010", null },
        { "/customSeverityOverrides/0/exceptionType", "\"NOBODY\"", "PACK-010", null },
        { "/workflowPolicies/agingThresholds/NOBODY", "\"1h\"", "PACK-010", null },
        { "/workflowPolicies/agingThresholds/ORDER_LOST", "\"2bd@moon\"", "PACK-019", null },
        { "/toolsAllowList/dbQueries/0", "\"getOrdr\"", "PACK-013", null },
        { "/toolsAllowList/apiActions/0/version", "\"1.5.0\"", "PACK-035", "/toolsAllowList/apiActions/0/name" },
        { "/toolsAllowList/apiActions/0/version", "\"2.0\"", "PACK-035", "/toolsAllowList/apiActions/0/name" },
        { "/toolOverrides/0/toolName", "\"nothing\"", "PACK-013", null },
        { "/toolEndpoints/nothing", "{\"endpoint\":\"https://a.example.com\"}", "PACK-013", null },
        { "/toolEndpoints/getOrder", "{\"endpoint\":\"https://a.example.com\"}", "PACK-034", null },
        { "/guardrailOverrides/allowLists", "[\"purge\"]", "PACK-033", "/guardrailOverrides/allowLists/0" },
        { "/guardrailOverrides/allowLists", "{\"actions\":[\"addComment\"]}", "PACK-033", "/guardrailOverrides/allowLists/actions/0" },
        { "/guardrailOverrides/allowLists", "[\"nothing\"]", "PACK-013", "/guardrailOverrides/allowLists/0" },
        { "/guardrailOverrides/requireHumanApprovalFor", "[\"NOBODY\"]", "PACK-010", "/guardrailOverrides/requireHumanApprovalFor/0" },
        { "/humanApprovalRules/0/exceptionType", "\"NOBODY\"", "PACK-010", null },
        { "/humanApprovalRules/0/within", "\"1bd@moon\"", "PACK-019", null },
        { "/customPlaybooks/0/exceptionType", "\"NOBODY\"", "PACK-010", null },
        { "/customPlaybooks/0/steps/-", "{\"action\":\"call_tool\",\"params\":{\"tool_id\":\"nothing\"}}", "PACK-013", "/customPlaybooks/0/steps/1/params/tool_id" },
        { "/customPlaybooks/0/extends", "\"PB_NONE\"", "PACK-014", null },
        { "/customPlaybooks/0/extends", "\"PB_OWN\"", "PACK-015", "/customPlaybooks/0" },
        { "/alertRules/0/escalation_tool", "\"nothing\"", "PACK-013", null },
    };

    [Theory]
    [MemberData(nameof(OwnRules))]
    public void Each_rule_refuses_its_own_bad_policy(string pointer, string value, string code, string? at)
    {
        var reading = PackTexts.ReadTenant(PackTexts.With(PackTexts.Tenant, pointer, value));

        reading.Errors.Count.ShouldBe(1, PackTexts.Describe(reading.Errors));
        (reading.Errors[0].Code, reading.Errors[0].Subject).ShouldBe((code, at ?? pointer), PackTexts.Describe(reading.Errors));
        reading.Errors[0].Position.ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(BoundRules))]
    public void Each_rule_of_binding_refuses_its_own_bad_policy(string pointer, string value, string code, string? at)
    {
        var bound = PackTexts.Bind(PackTexts.With(PackTexts.Tenant, pointer, value));

        bound.Errors.Count.ShouldBe(1, PackTexts.Describe(bound.Errors));
        (bound.Errors[0].Code, bound.Errors[0].Subject).ShouldBe((code, at ?? pointer), PackTexts.Describe(bound.Errors));
        bound.Errors[0].Position.ShouldNotBeNull();
    }
}
