using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Reeve.Core.Errors;

namespace Reeve.Core.Events;

/// <summary>
/// How far a reader has come in the log: the last commit of each writing slot that it has seen, for example <c>1:881,2:12</c>. A slot
/// that is not named was not seen yet. Immutable, thread-safe; equal when the same commits were seen.
/// </summary>
public sealed class ReaderPosition : IEquatable<ReaderPosition>
{
    // Rising by slot; every n is positive.
    private readonly ImmutableArray<(int Slot, long N)> seen;

    private ReaderPosition(ImmutableArray<(int Slot, long N)> seen) => this.seen = seen;

    /// <summary>The beginning of the log; its text is empty.</summary>
    public static ReaderPosition Start { get; } = new([]);

    /// <summary>The slots of which something was seen, rising, each with its last commit.</summary>
    public IReadOnlyList<(int Slot, long N)> Slots => seen;

    /// <summary>The last commit of a slot; 0 when none of it was seen.</summary>
    public long this[int slot]
    {
        get
        {
            foreach ((int known, long n) in seen)
            {
                if (known == slot)
                {
                    return n;
                }
            }

            return 0;
        }
    }

    /// <summary>Reads the text of a position; the empty text is <see cref="Start"/>.</summary>
    /// <exception cref="ReeveException">REC-001 for anything that <see cref="ToString"/> does not write.</exception>
    public static ReaderPosition Parse(string text)
    {
        ReaderPosition position = Start;
        int last = 0;
        foreach (string part in text.Length == 0 ? [] : text.Split(','))
        {
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !TryRead(part.AsSpan(0, colon), int.MaxValue, out long slot) || !TryRead(part.AsSpan(colon + 1), long.MaxValue, out long n) || slot <= last)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadPosition, "A position is SLOT:N,SLOT:N,…, slots rising, both from 1."));
            }

            last = (int)slot;
            position = position.With(last, n);
        }

        return position;
    }

    /// <summary>The position with another last commit of one slot.</summary>
    /// <param name="slot">From 1.</param>
    /// <param name="n">From 1; 0 for none.</param>
    public ReaderPosition With(int slot, long n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slot, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ImmutableArray<(int Slot, long N)>.Builder changed = ImmutableArray.CreateBuilder<(int Slot, long N)>(seen.Length + 1);
        changed.AddRange(seen.Where(item => item.Slot < slot));
        if (n > 0)
        {
            changed.Add((slot, n));
        }

        changed.AddRange(seen.Where(item => item.Slot > slot));
        return new ReaderPosition(changed.DrainToImmutable());
    }

    /// <summary>Whether this position has seen whatever the other has.</summary>
    public bool Covers(ReaderPosition other)
    {
        foreach ((int slot, long n) in other.seen)
        {
            if (this[slot] < n)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ReaderPosition? other) => other is not null && seen.AsSpan().SequenceEqual(other.seen.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReaderPosition);

    /// <inheritdoc/>
    public override int GetHashCode() => seen.Aggregate(0, HashCode.Combine);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((int slot, long n) in seen)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "," : "")}{slot}:{n}");
        }

        return text.ToString();
    }

    /// <summary>As a JSON object, slot to n, for statements to look up.</summary>
    public string ToJson()
    {
        StringBuilder json = new("{");
        foreach ((int slot, long n) in seen)
        {
            json.Append(CultureInfo.InvariantCulture, $"{(json.Length > 1 ? "," : "")}\"{slot}\":{n}");
        }

        return json.Append('}').ToString();
    }

    // One spelling per position: digits, no sign, no leading zero.
    private static bool TryRead(ReadOnlySpan<char> digits, long most, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0 && number <= most && digits[0] != '0';
}
