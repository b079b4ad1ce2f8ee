using System.Collections.Frozen;

namespace Reeve.Core.Expressions;

/// <summary>
/// The root names that lenient expressions resolve when they are compiled: each has a number, its slot, under which an
/// <see cref="Activation"/> answers without looking up a string. Both spellings of a record's field share a slot.
/// </summary>
public static class RootNames
{
    // The place in this list is the slot. Slots live in compiled trees only, never in stored data, so the order is free.
    private static readonly string[][] Names =
    [
        ["exceptionId", "exception_id"],
        ["tenantId", "tenant_id"],
        ["sourceSystem", "source_system"],
        ["exceptionType", "exception_type"],
        ["severity"],
        ["timestamp"],
        ["rawPayload", "raw_payload"],
        ["normalizedContext", "normalized_context"],
        ["detectedRules", "detected_rules"],
        ["suggestedActions", "suggested_actions"],
        ["resolutionStatus", "resolution_status"],
        ["auditTrail", "audit_trail"],
        ["currentPlaybookId", "current_playbook_id"],
        ["currentStep", "current_step"],
        ["owner"],
        ["exception"],
        ["now"],
        ["doc"],
        ["item"],
        ["steps"],
        ["args"],
    ];

    private static readonly FrozenDictionary<string, int> Slots = Names
        .SelectMany((spellings, slot) => spellings.Select(spelling => KeyValuePair.Create(spelling, slot)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number of slots; each is below it.</summary>
    public static int Count => Names.Length;

    /// <summary>The slot of a name, or -1 when it has none.</summary>
    public static int SlotOf(string name) => Slots.TryGetValue(name, out int slot) ? slot : -1;

    /// <summary>The spellings of a slot, the usual one first.</summary>
    public static ReadOnlySpan<string> SpellingsOf(int slot) => Names[slot];

    /// <summary>The usual spelling of a slot.</summary>
    public static string NameOf(int slot) => Names[slot][0];
}
