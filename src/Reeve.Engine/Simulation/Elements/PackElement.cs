using Reeve.Core.PackDocuments;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>What tests can cover, in four kinds.</summary>
public enum ElementKind
{
    /// <summary>An exception type.</summary>
    Type,

    /// <summary>An approved playbook.</summary>
    Playbook,

    /// <summary>A severity, detection, approval or routing rule, a severity override or an aging threshold.</summary>
    Rule,

    /// <summary>An entry of a guardrail's list, a threshold, a gate or a guardrail rule.</summary>
    Guardrail,
}

/// <summary>A part of a pack that decisions can rest on and tests can cover: it is its document and its place there.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Section">The field under which it stands, by its name in camelCase: <c>severityRules</c>, <c>blockLists</c>, ….</param>
/// <param name="Id">How decisions cite it, or would: <c>very-late</c>, <c>blockLists:refund</c>. Not always unique.</param>
/// <param name="Document">The document it stands in.</param>
/// <param name="Pointer">The JSON pointer of its place.</param>
public sealed record PackElement(ElementKind Kind, string Section, string Id, PackKind Document, string Pointer);
