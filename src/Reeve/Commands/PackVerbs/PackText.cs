using Reeve.Core.Values;

namespace Reeve.Commands.PackVerbs;

/// <summary>The overview of a pack as lines for people.</summary>
internal static class PackText
{
    private const int WidestCell = 60;

    internal static IEnumerable<string> Lines(Value overview)
    {
        MapValue all = overview.AsMap();
        MapValue domain = all["domain"].AsMap();
        yield return $"Domain {Cell(domain["name"])} {Cell(domain["version"])}  {Cell(domain["description"])}".TrimEnd();
        if (all["tenant"].MapOrNull() is { } tenant)
        {
            yield return $"Tenant {Cell(tenant["tenantId"])} {Cell(tenant["environment"])}".TrimEnd();
        }

        IEnumerable<string> rest = Section("Exception types", all["exceptionTypes"], "name", "parent", "defaultSeverity", "severityOverride", "playbooks")
            .Concat(Section("Severity rules", all["severityRules"], "severity", "condition", "id"))
            .Concat(Playbooks(all["playbooks"], all["approvals"].MapOrNull()))
            .Concat(Section("Tools", all["tools"], "name", "kind", "type", "effect", "allowed", "reason"))
            .Concat(Guardrails(all["guardrails"].AsMap()));
        if (all["tenant"].MapOrNull() is { } policy)
        {
            rest = rest
                .Concat(Section("Human approval rules", policy["humanApprovalRules"], "id", "requireApproval", "condition"))
                .Concat(Section("Routing", policy["routingRules"], "assignGroup", "condition"));
        }

        foreach (string line in rest)
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Playbooks(Value playbooks, MapValue? approvals)
    {
        if (playbooks.AsList().Count == 0)
        {
            yield break;
        }

        yield return "";
        yield return approvals is null ? "Playbooks"
            : approvals["derived"].AsBool() ? "Playbooks (approvals are derived: the policy lists none)"
            : "Playbooks (approvals are the policy's list)";
        foreach (Value item in playbooks.AsList().Items.ToArray())
        {
            MapValue playbook = item.AsMap();
            string approved = playbook["approved"].Kind != ValueKind.Bool ? ""
                : playbook["approved"].AsBool() ? "  approved"
                : $"  not approved: {Cell(playbook["reason"])}";
            yield return $"  {Cell(playbook["id"])} {Cell(playbook["version"])} from {Cell(playbook["from"])}, for {Cell(playbook["appliesTo"])}{approved}";
            foreach (Value entry in playbook["steps"].AsList().Items.ToArray())
            {
                MapValue step = entry.AsMap();
                string tools = step["tools"].AsList().Count == 0 ? "" : $"  [{Cell(step["tools"])}]";
                string condition = step["conditional"].IsNull ? "" : $"  if {Cell(step["conditional"])}";
                yield return $"    {Cell(step["id"])}. {Cell(step["action"])}{tools}{condition}";
            }
        }
    }

    private static IEnumerable<string> Guardrails(MapValue guardrails)
    {
        yield return "";
        yield return "Guardrails in force";
        for (int i = 0; i < guardrails.Count; i++)
        {
            Value value = guardrails.ValueAt(i);
            if (!value.IsNull && value.ListOrNull()?.Count != 0)
            {
                yield return $"  {guardrails.KeyAt(i).AsString()}: {JsonText.ToText(value)}";
            }
        }
    }

    private static IEnumerable<string> Section(string title, Value rows, params string[] columns)
    {
        Value[] items = rows.AsList().Items.ToArray();
        if (items.Length == 0)
        {
            yield break;
        }

        string[][] cells = [columns, .. items.Select(row => columns.Select(column => Cell(row.AsMap()[column])).ToArray())];
        int[] widths = [.. columns.Select((_, column) => Math.Min(WidestCell, cells.Max(row => row[column].Length)))];
        yield return "";
        yield return title;
        foreach (string[] row in cells)
        {
            yield return "  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
        }
    }

    private static string Cell(Value value) => value.Kind switch
    {
        ValueKind.Null => "",
        ValueKind.String => value.AsString(),
        ValueKind.Bool => value.AsBool() ? "yes" : "no",
        ValueKind.List => string.Join(", ", value.AsList().Items.ToArray().Select(Cell)),
        _ => JsonText.ToText(value),
    };
}
