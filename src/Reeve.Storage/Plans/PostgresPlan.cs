using System.Text.Json;

namespace Reeve.Storage.Plans;

/// <summary>Reads what EXPLAIN says. Pure.</summary>
internal static class PostgresPlan
{
    /// <summary>
    /// Used is an index that is searched by a condition: with nothing else to go by, the planner walks through a whole index where it may not read a table. No
    /// part of the table may be read by itself. A statement may read one table in several places, each by the index it needs.
    /// </summary>
    internal static PlanFinding Judge(ExpectedPlan expected, string json, PostgresIndexes indexes)
    {
        List<string> steps = [];
        bool isSearched = false;
        bool isRead = false;
        bool isLarge = false;
        using JsonDocument document = JsonDocument.Parse(json);
        Walk(document.RootElement[0].GetProperty("Plan"));
        PlanOutcome outcome = isSearched && !isRead ? PlanOutcome.Used
            : isRead || isLarge || !indexes.Exists(expected.Index) ? PlanOutcome.Unused
            : PlanOutcome.Undecided;
        return new PlanFinding(expected, outcome, string.Join(" > ", steps));

        void Walk(JsonElement node)
        {
            string type = node.GetProperty("Node Type").GetString()!; // not null: every node has one
            string? index = Text(node, "Index Name");
            string? relation = Text(node, "Relation Name");
            bool hasCondition = node.TryGetProperty("Index Cond", out _);
            steps.Add($"{type}{(index is null ? "" : $" {index}{(hasCondition ? "" : " (all of it)")}")}{(relation is null ? "" : $" on {relation}")}");
            if (index is not null && indexes.IsPartOf(indexes.TableOf(index), expected.Table))
            {
                isSearched |= hasCondition && indexes.IsOrBelongsTo(index, expected.Index);
                isLarge |= !indexes.IsSmall(indexes.TableOf(index));
            }

            isRead |= type == "Seq Scan" && relation is not null && indexes.IsPartOf(relation, expected.Table);
            if (node.TryGetProperty("Plans", out JsonElement below))
            {
                foreach (JsonElement child in below.EnumerateArray())
                {
                    Walk(child);
                }
            }
        }
    }

    private static string? Text(JsonElement node, string name) => node.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
}
