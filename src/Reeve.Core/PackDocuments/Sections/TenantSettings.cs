using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.PackDocuments.Tooling;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>
/// The parts of a policy that no decision asks: sources, notifications, embeddings, alerts, modules. They are checked here and stay in the
/// document for the capabilities that use them; retention is read.
/// </summary>
internal static class TenantSettings
{
    internal static void Check(ObjectFields policy)
    {
        Sources(policy.Find("sources"));
        Notifications(policy.Find("notificationPolicies"));
        Embeddings(policy.Find("embeddingConfig"));
        Alerts(policy.Find("alertRules"));
        _ = policy.Find("enabledModules")?.Texts();
    }

    private static void Sources(Field? section)
    {
        foreach ((string _, Field entry) in section?.Entries() ?? [])
        {
            if (entry.Object() is { } fields)
            {
                _ = fields.Find("pack")?.Text();
                Field? verify = fields.Find("verify");
                if (verify is { IsObject: true } described)
                {
                    Verification(described);
                }
                else
                {
                    _ = verify?.OneOf("none", "standard", "github", "pagerduty", "sentry", "sns", "hmac");
                }

                ToolBinding.Secret(fields.Find("secret"));
                fields.Close();
            }
        }
    }

    // {hmac: {header, …}}, or the members beside the word: {type: hmac, header, …}.
    private static void Verification(Field field)
    {
        if (field.Object() is not { } fields)
        {
            return;
        }

        if (fields.Find("hmac") is { } inner)
        {
            if (inner.Object() is { } hmac)
            {
                Hmac(hmac);
                hmac.Close();
            }
        }
        else
        {
            _ = fields.Require("type")?.OneOf("hmac");
            Hmac(fields);
        }

        fields.Close();
    }

    private static void Hmac(ObjectFields fields)
    {
        _ = fields.Require("header")?.Text();
        _ = fields.Find("algorithm")?.OneOf("sha1", "sha256", "sha384", "sha512");
        _ = fields.Find("encoding")?.OneOf("hex", "base64");
        _ = fields.Find("prefix")?.Prose();
        _ = fields.Find("timestampHeader")?.Text();
    }

    private static void Notifications(Field? section)
    {
        if (section?.Object() is not { } fields)
        {
            return;
        }

        foreach (Field channel in fields.Find("channels")?.Items() ?? [])
        {
            _ = channel.OneOf("email", "teamsWebhook", "slackWebhook", "webhook");
        }

        foreach ((string _, Field recipients) in fields.Find("recipientsByGroup")?.Entries() ?? [])
        {
            _ = recipients.Texts();
        }

        foreach ((string _, Field url) in fields.Find("webhookUrls")?.Entries() ?? [])
        {
            // A webhook's address is often a secret itself.
            if (url.Value.StringOrNull()?.StartsWith("secret://", StringComparison.Ordinal) != true)
            {
                ToolBinding.Url(url);
            }
        }

        _ = fields.Find("smtpConfig")?.Map();
        fields.Close();
    }

    private static void Embeddings(Field? section)
    {
        if (section?.Object() is { } fields)
        {
            _ = fields.Find("provider")?.Text();
            _ = fields.Find("model")?.Text();
            ToolBinding.Secret(fields.Find("apiKey"));
            _ = fields.Find("dimension")?.Whole(1, 65_536);
            fields.Close();
        }
    }

    internal static RetentionPolicy Retention(Field? section)
    {
        if (section?.Object() is not { } fields)
        {
            return RetentionPolicy.Default;
        }

        RetentionPolicy retention = new(
            fields.Find("dataTTL")?.Whole(1, 36_500), fields.Find("auditYears")?.Whole(1, 100) ?? RetentionPolicy.Default.AuditYears);
        fields.Close();
        return retention;
    }

    private static void Alerts(Field? section)
    {
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is { } fields)
            {
                _ = fields.Require("ruleType")?.OneOf("HIGH_EXCEPTION_VOLUME", "REPEATED_CRITICAL_BREAKS", "TOOL_CIRCUIT_BREAKER_OPEN", "APPROVAL_QUEUE_AGING");
                _ = fields.Find("enabled")?.Bool();
                _ = fields.Find("threshold")?.Number(0, 1e12);
                _ = fields.Find("windowMinutes")?.Number(1, 525_600);
                _ = fields.Find("severity")?.Word<Severity>();
                _ = fields.Find("escalationTool")?.Reference(ReferenceKind.Tool);
                _ = fields.Find("notificationGroup")?.Text();
                fields.Close();
            }
        }
    }
}
