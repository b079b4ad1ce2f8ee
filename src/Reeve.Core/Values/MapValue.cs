namespace Reeve.Core.Values;

/// <summary>A map of values; immutable, entries in the order of the source.</summary>
public abstract class MapValue : Boxed
{
    /// <summary>For the kinds of map in this assembly and for views that answer like one.</summary>
    protected MapValue()
        : base(ValueKind.Map)
    {
    }

    /// <summary>The number of entries.</summary>
    public abstract int Count { get; }

    /// <summary>The key of the entry at a zero-based index.</summary>
    public abstract Value KeyAt(int index);

    /// <summary>The value of the entry at a zero-based index.</summary>
    public abstract Value ValueAt(int index);

    /// <summary>Finds the value under a string key.</summary>
    /// <returns>False if there is no such key; <paramref name="value"/> is then null.</returns>
    public abstract bool TryGet(string key, out Value value);

    /// <summary>Finds the value under any key; numbers match by mathematical value.</summary>
    /// <returns>False if there is no such key; <paramref name="value"/> is then null.</returns>
    public abstract bool TryGet(Value key, out Value value);

    /// <summary>The value under a string key, or null if there is none.</summary>
    public Value this[string key] => TryGet(key, out Value value) ? value : default;
}

/// <summary>A JSON object: string keys in source order, and where in the source it stood.</summary>
public sealed class ObjectMap : MapValue
{
    // Below this many entries a scan beats a hash table, both in time and in memory.
    private const int ScanLimit = 12;

    private readonly string[] keys;
    private readonly Value[] values;
    private readonly Dictionary<string, int>? index;

    /// <summary>Takes the arrays as they are: they must have one length, hold no key twice, and not change afterwards.</summary>
    public ObjectMap(string[] keys, Value[] values, int sourceStart = 0, int sourceLength = 0)
    {
        this.keys = keys;
        this.values = values;
        SourceStart = sourceStart;
        SourceLength = sourceLength;
        if (keys.Length > ScanLimit)
        {
            index = new Dictionary<string, int>(keys.Length, StringComparer.Ordinal);
            for (int i = 0; i < keys.Length; i++)
            {
                index.Add(keys[i], i);
            }
        }
    }

    /// <summary>The empty object.</summary>
    public static ObjectMap Empty { get; } = new([], []);

    /// <summary>The byte offset of the object's opening brace in the text it was read from; 0 if it was not read.</summary>
    public int SourceStart { get; }

    /// <summary>The length in bytes of the object's text; 0 if it was not read from a text.</summary>
    public int SourceLength { get; }

    /// <inheritdoc/>
    public override int Count => keys.Length;

    /// <summary>The keys in source order.</summary>
    public ReadOnlySpan<string> Keys => keys;

    /// <summary>The values in source order.</summary>
    public ReadOnlySpan<Value> Values => values;

    /// <summary>Makes an object of the given entries.</summary>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public static ObjectMap Of(params ReadOnlySpan<(string Key, Value Value)> entries)
    {
        string[] keys = new string[entries.Length];
        Value[] values = new Value[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            (keys[i], values[i]) = entries[i];
            if (Array.IndexOf(keys, keys[i], 0, i) >= 0)
            {
                throw new ArgumentException($"The key '{keys[i]}' occurs twice.", nameof(entries));
            }
        }

        return new ObjectMap(keys, values);
    }

    /// <summary>A copy in which a key has a value: in its place if it is there, else at the end.</summary>
    public ObjectMap With(string key, Value value)
    {
        int at = Array.IndexOf(keys, key);
        if (at < 0)
        {
            return new ObjectMap([.. keys, key], [.. values, value]);
        }

        Value[] changed = [.. values];
        changed[at] = value;
        return new ObjectMap(keys, changed);
    }

    /// <summary>A copy without some keys; this one if it has none of them.</summary>
    public ObjectMap Without(params ReadOnlySpan<string> unwanted)
    {
        List<string> keptKeys = new(Count);
        List<Value> keptValues = new(Count);
        for (int i = 0; i < keys.Length; i++)
        {
            if (!unwanted.Contains(keys[i]))
            {
                keptKeys.Add(keys[i]);
                keptValues.Add(values[i]);
            }
        }

        return keptKeys.Count == Count ? this : new ObjectMap([.. keptKeys], [.. keptValues]);
    }

    /// <inheritdoc/>
    public override Value KeyAt(int index) => Value.Of(keys[index]);

    /// <inheritdoc/>
    public override Value ValueAt(int index) => values[index];

    /// <inheritdoc/>
    public override bool TryGet(string key, out Value value)
    {
        if (index is not null)
        {
            if (index.TryGetValue(key, out int at))
            {
                value = values[at];
                return true;
            }
        }
        else
        {
            string[] all = keys;
            for (int i = 0; i < all.Length; i++)
            {
                if (string.Equals(all[i], key))
                {
                    value = values[i];
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    /// <inheritdoc/>
    public override bool TryGet(Value key, out Value value)
    {
        if (key.StringOrNull() is { } text)
        {
            return TryGet(text, out value);
        }

        value = default;
        return false;
    }
}
