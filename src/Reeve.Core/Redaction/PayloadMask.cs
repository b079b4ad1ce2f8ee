using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Reeve.Core.Values;

namespace Reeve.Core.Redaction;

/// <summary>
/// Hides what a source sent from those who may see decisions but not payloads: names and shape stay, every value becomes
/// <see cref="Mark"/>. That is <c>rawPayload</c>, and where Reeve copies from it: the <c>arguments</c> of a plan's steps, rollbacks
/// and criteria, the <c>output</c> of a step, the <c>fingerprint</c>, and what was mapped into <c>normalizedContext</c>. Texts for
/// people (evidence, reasons, instructions, errors) are no copies; they may quote a value, and stay. Pure, thread-safe.
/// </summary>
public static class PayloadMask
{
    /// <summary>What stands where a value was.</summary>
    public const string Mark = "[MASKED]";

    private static readonly FrozenSet<string> Copies = FrozenSet.Create(StringComparer.Ordinal, "rawPayload", "arguments", "output", "fingerprint");

    // What says which exception it is and when it is due; everything else there is whatever the pack's author mapped.
    private static readonly FrozenSet<string> ShownContext = FrozenSet.Create(
        StringComparer.Ordinal, "pipelineId", "normalizedAt", "domain", "externalId", "reportedSeverity", "sla_deadline");

    // What is stored was accepted at the door once; here nothing is refused again.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 1000, AllowNul = true, InfiniteIsNull = true };

    /// <summary>The value with every payload in it masked.</summary>
    public static Value Apply(in Value value) => Apply(value, isPayload: false);

    /// <summary>A JSON text that Reeve wrote, with every payload in it masked.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> json) => JsonText.ToUtf8(Apply(JsonText.Parse(json, Stored)));

    private static Value Apply(in Value value, bool isPayload)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (value.MapOrNull() is { } map)
        {
            return Members(map, isPayload, isContext: false);
        }

        if (value.ListOrNull() is { } list)
        {
            Value[] items = new Value[list.Count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = Apply(list[i], isPayload);
            }

            return Value.Of(new ListValue(items));
        }

        // A number too large to be one reads as null, and is none.
        return isPayload && (!value.IsNull || value.SourceText is not null) ? Value.Of(Mark) : value;
    }

    private static Value Members(MapValue map, bool isPayload, bool isContext)
    {
        string[] keys = new string[map.Count];
        Value[] values = new Value[map.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = map.KeyAt(i).StringOrNull() ?? JsonText.ToText(map.KeyAt(i));
            Value member = map.ValueAt(i);
            values[i] = !isPayload && !isContext && keys[i] == "normalizedContext" && member.MapOrNull() is { } context
                ? Members(context, isPayload: false, isContext: true)
                : Apply(member, isPayload || (isContext ? !IsShown(keys[i], member) : Copies.Contains(keys[i])));
        }

        return Value.Of(new ObjectMap(keys, values));
    }

    // An object under one of the names is not what Reeve or a pack puts there, but something that came with the exception.
    private static bool IsShown(string key, in Value member) => ShownContext.Contains(key) && member.MapOrNull() is null && member.ListOrNull() is null;
}
