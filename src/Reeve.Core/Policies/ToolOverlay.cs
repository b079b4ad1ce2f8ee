using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Policies;

/// <summary>The domain's tools with what a tenant may change: time-out, retries, and an endpoint where there is none (EX-TOOL-1).</summary>
internal static class ToolOverlay
{
    internal static NamedList<ToolDefinition> Apply(NamedList<ToolDefinition> tools, TenantPolicy policy)
    {
        IReadOnlyList<ApprovedTool> approved = policy.ApprovedTools ?? [];
        if (approved.Count == 0 && policy.ToolOverrides.Count == 0 && policy.ToolEndpoints.Count == 0)
        {
            return tools;
        }

        // An override is more specific than an entry of the allow list, so it comes last.
        Dictionary<string, ApprovedTool[]> overrides = approved.Concat(policy.ToolOverrides)
            .GroupBy(item => item.Name.Value)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        NamedList<ToolEndpoint> endpoints = new(policy.ToolEndpoints, endpoint => endpoint.Name.Value);
        return new NamedList<ToolDefinition>(tools.Select(tool => Apply(tool, overrides, endpoints)), tool => tool.Name.Value);
    }

    private static ToolDefinition Apply(ToolDefinition tool, Dictionary<string, ApprovedTool[]> overrides, NamedList<ToolEndpoint> endpoints)
    {
        ToolDefinition changed = tool;
        foreach (ApprovedTool change in overrides.GetValueOrDefault(tool.Name.Value) ?? [])
        {
            if (change.Timeout is not null || change.MaxRetries is not null)
            {
                changed = changed with { Timeout = change.Timeout ?? changed.Timeout, MaxRetries = change.MaxRetries ?? changed.MaxRetries };
            }
        }

        return endpoints.Find(tool.Name.Value) is { } endpoint
            ? changed with { Endpoint = endpoint.Endpoint, Binding = Combine(changed.Binding, endpoint.Binding) }
            : changed;
    }

    // The tenant's members replace the domain's of the same name.
    private static ObjectMap Combine(ObjectMap domain, ObjectMap tenant)
    {
        List<string> keys = [.. tenant.Keys];
        List<Value> values = [.. tenant.Values];
        for (int i = 0; i < domain.Count; i++)
        {
            if (!keys.Contains(domain.Keys[i]))
            {
                keys.Add(domain.Keys[i]);
                values.Add(domain.Values[i]);
            }
        }

        return new ObjectMap([.. keys], [.. values]);
    }
}
