using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>The guardrails of one document that are in force, one by one.</summary>
internal static class GuardrailElements
{
    /// <summary>Adds them.</summary>
    /// <param name="elements">Takes them.</param>
    /// <param name="section">Where they stand; null when the document gives none.</param>
    /// <param name="document">Which document.</param>
    /// <param name="own">As they were read.</param>
    /// <param name="over">Those that replace them key by key; block lists and rules add.</param>
    internal static void Add(ElementsInForce elements, RawPlace? section, PackKind document, Guardrails own, Guardrails over)
    {
        if (section is not { } guardrails)
        {
            return;
        }

        Tools("blockLists", own.BlockLists);
        if (over.AllowLists is null)
        {
            Tools("allowLists", own.AllowLists);
        }

        Threshold("humanApprovalThreshold", over.HumanApprovalThreshold is null);
        Threshold("escalateIfConfidenceBelow", over.EscalateIfConfidenceBelow is null);
        Threshold("maxAutoRetries", over.MaxAutoRetries is null);
        if (over.NoAutoActionIfSeverityIn is null)
        {
            Entries("noAutoActionIfSeverityIn", guardrails.Find("noAutoActionIfSeverityIn"), [.. (own.NoAutoActionIfSeverityIn ?? []).Select(Wire.Name)]);
        }

        if (over.RequireHumanApprovalFor is null)
        {
            Entries("requireHumanApprovalFor", guardrails.Find("requireHumanApprovalFor"), [.. (own.RequireHumanApprovalFor ?? []).Select(type => type.Value)]);
        }

        if (over.SeverityGates is null)
        {
            int i = 0;
            foreach ((_, RawPlace place) in guardrails.Find("severityGates")?.Entries() ?? [])
            {
                Entry("severityGates", Wire.Name(own.SeverityGates![i++].Severity), place); // not null: the entries are what was read
            }
        }

        elements.AddRules(guardrails.Find("rules"), "rules", document, own.Rules, rule => rule.Id, ElementKind.Guardrail);

        void Tools(string key, ToolList? list)
        {
            if (guardrails.Find(key) is { } place && list is not null)
            {
                Entries(key, place.Value.ListOrNull() is null ? place.Find("tools") : place, list.Tools, ".tools");
                Entries(key, place.Find("actions"), list.Actions, ".actions");
            }
        }

        void Threshold(string key, bool inForce)
        {
            if (inForce && guardrails.Find(key) is { } place)
            {
                elements.AddNamed(key, new PackElement(ElementKind.Guardrail, key, key, document, place.Pointer));
            }
        }

        void Entries(string key, RawPlace? list, IReadOnlyList<string> names, string part = "")
        {
            int i = 0;
            foreach (RawPlace place in list?.Items() ?? [])
            {
                Entry(key, names[i++], place, part);
            }
        }

        void Entry(string key, string name, RawPlace place, string part = "") =>
            elements.AddNamed($"{key}{part}:{name}", new PackElement(ElementKind.Guardrail, key, $"{key}:{name}", document, place.Pointer));
    }
}
