using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.PackDocuments.Sections;
using Reeve.Core.PackDocuments.Tooling;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments;

/// <summary>
/// Reads, validates and compiles tenant policies (EX-MODEL-13). Names that only a domain pack can know are kept as
/// references and checked when the policy is bound to one. Thread-safe.
/// </summary>
public static class TenantPolicyReader
{
    // What was read once within the limits of its own text is never refused later, however it was first spelled.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 512 };

    /// <summary>Reads a policy; every error comes at once, each with its place.</summary>
    public static PackReading<TenantPolicy> Read(Document document)
    {
        Notes notes = new();
        StoredDocument source = new(document.Root);
        Field root = new(document.Root, "", notes);
        TenantPolicy policy = root.Object() is { } fields ? Policy(fields, source) : Nothing(source);
        return notes.Finish(document, policy with { References = notes.References });
    }

    /// <summary>
    /// Reads of a stored policy nothing but how long data is kept: for whoever asks that of many tenants, and for policies that only a
    /// later release can read as a whole.
    /// </summary>
    /// <param name="json">The stored content.</param>
    /// <returns>Null when that cannot be told.</returns>
    public static RetentionPolicy? Retention(ReadOnlyMemory<byte> json)
    {
        Notes notes = new();
        Field root = new(JsonText.Parse(json.Span, Stored), "", notes);
        RetentionPolicy? retention = root.Object() is { } fields ? TenantSettings.Retention(fields.Find("retentionPolicies")) : null;
        return notes.HasErrors ? null : retention;
    }

    private static TenantPolicy Policy(ObjectFields fields, StoredDocument source)
    {
        ObjectFields? workflow = fields.Find("workflowPolicies")?.Object();
        string version = fields.Find("version")?.TextOrNumber() ?? "1.0.0";
        Field? domain = fields.Find("domainName");
        string? domainName = domain?.Reference(ReferenceKind.Domain);
        Field? approved = ObjectFields.OnlyOne(fields.FindNotNull("approvedBusinessProcesses"), workflow?.FindNotNull("approvedBusinessProcesses"));
        Field? severities = ObjectFields.OnlyOne(fields.Find("severityOverrides"), workflow?.Find("severityOverrides"));
        Field? listed = ObjectFields.OnlyOne(fields.Find("customSeverityOverrides"), workflow?.Find("customSeverityOverrides"));
        Field? queue = ObjectFields.OnlyOne(fields.Find("escalationQueue"), workflow?.Find("escalationQueue"));
        Field? aging = ObjectFields.OnlyOne(fields.Find("agingThresholds"), workflow?.Find("agingThresholds"));
        workflow?.Close();
        TenantPolicy policy = new()
        {
            TenantId = new TenantId(fields.Require("tenantId")?.Text() ?? ""),
            TenantName = fields.Find("tenantName")?.Prose() ?? "",
            Environment = fields.Find("environment")?.Prose() ?? "",
            Version = version,
            ContentHash = source.Hash,
            Source = source,
            DomainName = domainName is null ? null : new DomainName(domainName),
            ApprovedBusinessProcesses = approved is { } processes ? Processes(processes) : null,
            SeverityOverrides = TenantRules.SeverityOverrides(severities, listed),
            EscalationQueue = queue?.Text(),
            AgingThresholds = TenantRules.AgingThresholds(aging),
            ApprovedTools = TenantTools.Approved(ObjectFields.OnlyOne(fields.FindNotNull("approvedTools"), fields.FindNotNull("toolsAllowList"))),
            ToolOverrides = TenantTools.Overrides(fields.Find("toolOverrides")),
            ToolEndpoints = TenantTools.Endpoints(fields.Find("toolEndpoints")),
            Guardrails = GuardrailFields.Read(fields.FindAny("guardrailOverrides", "customGuardrails")),
            HumanApprovalRules = TenantRules.HumanApprovalRules(fields.Find("humanApprovalRules")),
            CustomPlaybooks = PlaybookFields.Read(fields.Find("customPlaybooks"), PlaybookVersion(version), fromTenant: true),
            RoutingRules = RuleFields.RoutingRules(fields.Find("routingRules")),
            Calendars = CalendarFields.Read(fields.Find("calendars")),
            TestSuites = TestFields.Read(fields.Find("testSuites"), fromTenant: true),
            Retention = TenantSettings.Retention(fields.Find("retentionPolicies")),
            AcceptTextCriteria = fields.Find("acceptTextCriteria")?.Bool() ?? false,
        };
        TenantSettings.Check(fields);
        fields.Close();
        return policy;
    }

    // A policy's version is any text, a playbook's a semantic one.
    private static string PlaybookVersion(string policyVersion) => SemanticVersion.TryParse(policyVersion, out _) ? policyVersion : "1.0.0";

    private static List<PlaybookId> Processes(Field field)
    {
        List<PlaybookId> ids = [];
        foreach (Field item in field.Items())
        {
            if (item.Reference(ReferenceKind.Playbook) is not { } id)
            {
                continue;
            }

            if (ids.Contains(new PlaybookId(id)))
            {
                item.Warn(ErrorCatalogue.Packs.NoEffect, $"{Shown.Name(id)} is already in the list.");
            }
            else
            {
                ids.Add(new PlaybookId(id));
            }
        }

        return ids;
    }

    private static TenantPolicy Nothing(StoredDocument source) => new() { TenantId = new TenantId(""), ContentHash = source.Hash, Source = source };
}
