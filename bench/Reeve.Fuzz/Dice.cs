namespace Reeve.Fuzz;

/// <summary>
/// Chance that repeats: the same seed and case give the same rolls on every machine and every runtime, which
/// <see cref="System.Random"/> does not promise. SplitMix64 (Steele, Lea and Flood, 2014).
/// </summary>
public sealed class Dice
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong state;

    /// <summary>The dice of one case of a campaign.</summary>
    public Dice(long seed, long number)
    {
        state = (ulong)seed * Golden;
        state = Next() ^ ((ulong)number * 0xD1B54A32D192ED03);
        Next();
    }

    /// <summary>A whole number from 0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)(Next() % (ulong)below);

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>Whether something that happens in so many of a hundred cases happens.</summary>
    public bool Percent(int chance) => Below(100) < chance;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>A number that is usually small and now and then as large as <paramref name="most"/>.</summary>
    public int Small(int most) => Percent(80) ? Between(1, Math.Min(4, most)) : Percent(80) ? Between(1, Math.Min(40, most)) : Between(1, most);

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        state += Golden;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
