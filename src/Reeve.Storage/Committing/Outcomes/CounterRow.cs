using System.Globalization;
using System.Text;
using Reeve.Core.Values;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// The counters of one tenant and slot, as its row of <c>tallies</c> holds them: absolute values, of which those that are not zero are
/// written. Not thread-safe.
/// </summary>
internal sealed class CounterRow
{
    // By name in ordinal order, which is how they are written.
    private readonly SortedList<string, Counter> byName = new(StringComparer.Ordinal);

    // The same, found without putting a name together for every exception.
    private readonly Dictionary<CounterKey, Counter> byKey = [];

    /// <summary>Reads a row.</summary>
    /// <param name="text">The column; empty when there is no row.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-… when it is no object of numbers.</exception>
    internal CounterRow(string text)
    {
        foreach ((string name, long value) in TallyText.Read(text))
        {
            byName.Add(name, new Counter(name) { Value = value });
        }
    }

    /// <summary>Whether it is no longer what the database holds.</summary>
    internal bool IsChanged { get; private set; }

    internal void Add(CounterKey key, long by)
    {
        if (!byKey.TryGetValue(key, out Counter? counter))
        {
            string name = key.Name;
            if (!byName.TryGetValue(name, out counter))
            {
                counter = new Counter(name);
                byName.Add(name, counter);
            }

            byKey.Add(key, counter);
        }

        counter.Value += by;
        IsChanged = true;
    }

    /// <summary>The column as it is to be.</summary>
    internal string Render()
    {
        IsChanged = false;
        StringBuilder text = new(byName.Count * 32);
        foreach (Counter counter in byName.Values)
        {
            if (counter.Value != 0)
            {
                text.Append(text.Length == 0 ? '{' : ',').Append(counter.Quoted).Append(':').Append(CultureInfo.InvariantCulture, $"{counter.Value}");
            }
        }

        return text.Length == 0 ? "{}" : text.Append('}').ToString();
    }

    private sealed class Counter(string name)
    {
        internal string Quoted { get; } = Encoding.UTF8.GetString(JsonText.Render(name, static (writer, text) => writer.WriteStringValue(text)));

        internal long Value { get; set; }
    }
}
