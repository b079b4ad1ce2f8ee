using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>A map built by an expression whose keys are not all texts; keys match by mathematical value.</summary>
internal sealed class GeneralMap : MapValue
{
    private readonly Value[] keys;
    private readonly Value[] values;
    private readonly Dictionary<Value, int> index;

    private GeneralMap(Value[] keys, Value[] values, Dictionary<Value, int> index)
    {
        this.keys = keys;
        this.values = values;
        this.index = index;
    }

    public override int Count => keys.Length;

    /// <summary>Makes the leanest map of the entries, or says why there is none.</summary>
    internal static Value Build(ReadOnlySpan<Value> keys, ReadOnlySpan<Value> values, out string? reason)
    {
        reason = null;
        Dictionary<Value, int> index = new(keys.Length);
        bool onlyTexts = true;
        for (int i = 0; i < keys.Length; i++)
        {
            ValueKind kind = keys[i].Kind;
            onlyTexts &= kind == ValueKind.String;
            reason = kind is not (ValueKind.String or ValueKind.Int or ValueKind.Uint or ValueKind.Bool) ? Fault.BadKeyType
                : index.TryAdd(keys[i], i) ? null
                : Fault.RepeatedKey;
            if (reason is not null)
            {
                return default;
            }
        }

        if (!onlyTexts)
        {
            return Value.Of(new GeneralMap([.. keys], [.. values], index));
        }

        string[] names = new string[keys.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = keys[i].AsString();
        }

        return Value.Of(names.Length == 0 ? ObjectMap.Empty : new ObjectMap(names, [.. values]));
    }

    public override Value KeyAt(int index) => keys[index];

    public override Value ValueAt(int index) => values[index];

    public override bool TryGet(string key, out Value value) => TryGet(Value.Of(key), out value);

    public override bool TryGet(Value key, out Value value)
    {
        bool found = index.TryGetValue(key, out int at);
        value = found ? values[at] : default;
        return found;
    }
}
