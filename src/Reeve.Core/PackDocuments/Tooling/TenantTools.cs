using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Tooling;

/// <summary>What a tenant says about tools: which it allows, how long they may take, where they are.</summary>
internal static class TenantTools
{
    /// <summary>Allowed tools, flat or in groups; null when the policy says nothing.</summary>
    internal static IReadOnlyList<ApprovedTool>? Approved(Field? section)
    {
        if (section is not { } given)
        {
            return null;
        }

        List<ApprovedTool> tools = [];
        if (!given.IsObject)
        {
            Add(tools, given);
            return tools;
        }

        foreach ((string key, Field group) in given.Entries())
        {
            if (ToolFields.GroupOf(key) is null)
            {
                group.Error(
                    ErrorCatalogue.Packs.UnknownField, $"There is no group {Shown.Name(key)}.", "Use dbQueries, apiActions or workflowActions, or a plain list.");
            }
            else
            {
                Add(tools, group);
            }
        }

        return tools;
    }

    internal static IReadOnlyList<ApprovedTool> Overrides(Field? section)
    {
        List<ApprovedTool> overrides = [];
        foreach (Field item in section?.Items() ?? [])
        {
            if (item.Object() is { } fields && Override(fields, fields.Require("toolName", "name"), ReferenceKind.Tool) is { } read)
            {
                overrides.Add(read);
            }
        }

        return overrides;
    }

    internal static IReadOnlyList<ToolEndpoint> Endpoints(Field? section)
    {
        List<ToolEndpoint> endpoints = [];
        foreach ((string name, Field field) in section?.Entries() ?? [])
        {
            if (field.Object() is { } fields)
            {
                field.Notes.Refer(ReferenceKind.BoundTool, name, field.Pointer);
                ToolBinding binding = ToolBinding.ReadEndpoint(fields);
                endpoints.Add(new ToolEndpoint(new ToolName(name), binding.Endpoint ?? "", binding.Map));
            }
        }

        return endpoints;
    }

    private static void Add(List<ApprovedTool> tools, Field list)
    {
        foreach (Field item in list.Items())
        {
            if (item.IsText)
            {
                if (item.Reference(ReferenceKind.ApprovedTool) is { } name)
                {
                    tools.Add(new ApprovedTool(new ToolName(name), null, null, null));
                }
            }
            else if (item.Object() is { } fields && Override(fields, fields.Require("name", "toolName"), ReferenceKind.ApprovedTool) is { } tool)
            {
                tools.Add(tool);
            }
        }
    }

    private static ApprovedTool? Override(ObjectFields fields, Field? name, ReferenceKind kind)
    {
        string? tool = name?.Reference(kind);
        double? seconds = fields.Find("timeoutSeconds")?.Number(0.001, 86_400);
        int? retries = fields.Find("maxRetries")?.Whole(0, 1_000);
        string? version = ToolFields.Version(fields.Find("version"));
        fields.Close();
        return tool is null ? null : new ApprovedTool(new ToolName(tool), seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), retries, version);
    }
}
