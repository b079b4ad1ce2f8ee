using System.Collections;

namespace Reeve.Core.Records;

/// <summary>Items in the order of their source, found by name. Immutable, thread-safe.</summary>
public sealed class NamedList<T> : IReadOnlyList<T>
    where T : class
{
    private readonly T[] items;
    private readonly Dictionary<string, T> byName;

    /// <summary>Keeps the items' order; of two items of one name the later is found.</summary>
    public NamedList(IEnumerable<T> items, Func<T, string> name)
    {
        this.items = [.. items];
        byName = new Dictionary<string, T>(this.items.Length, StringComparer.Ordinal);
        foreach (T item in this.items)
        {
            byName[name(item)] = item;
        }
    }

    /// <inheritdoc/>
    public int Count => items.Length;

    /// <inheritdoc/>
    public T this[int index] => items[index];

    /// <summary>The item of this name, or null.</summary>
    public T? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Whether there is an item of this name.</summary>
    public bool Has(string name) => byName.ContainsKey(name);

    /// <summary>Whether there is an item of the name that a piece of text is.</summary>
    public bool Has(ReadOnlySpan<char> name) => byName.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}
