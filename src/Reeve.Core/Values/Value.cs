using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Reeve.Core.Values;

/// <summary>
/// One datum: of a payload, a pack, a tool argument, or an expression. Sixteen bytes, immutable, thread-safe; making or
/// copying a scalar allocates nothing. <c>default</c> is null.
/// </summary>
/// <remarks>
/// A number read from JSON whose text is not the shortest form of its value keeps that text, so that it is written back
/// as its source spelled it (<see cref="SourceText"/>).
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Value : IEquatable<Value>
{
    // null | string | Boxed. A Boxed is either a shared tag (scalars) or the content itself (lists, maps, bytes, …).
    private readonly object? content;
    private readonly long bits;

    private Value(object? content, long bits)
    {
        this.content = content;
        this.bits = bits;
    }

    /// <summary>JSON null.</summary>
    public static Value Null => default;

    /// <summary>True.</summary>
    public static Value True => new(Tag.Bool, 1);

    /// <summary>False.</summary>
    public static Value False => new(Tag.Bool, 0);

    /// <summary>The type of what this holds.</summary>
    public ValueKind Kind => content is null ? ValueKind.Null
        : content.GetType() == typeof(string) ? ValueKind.String
        : Unsafe.As<Boxed>(content).Kind;

    /// <summary>Whether this is null.</summary>
    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>Whether this is <see cref="ValueKind.Int"/>, <see cref="ValueKind.Uint"/> or <see cref="ValueKind.Double"/>.</summary>
    public bool IsNumber => Kind is ValueKind.Int or ValueKind.Uint or ValueKind.Double;

    /// <summary>How the source spelled a number, or null when the shortest form says the same.</summary>
    public string? SourceText => (content as NumberTag)?.Text;

    /// <summary>A bool.</summary>
    public static Value Of(bool value) => new(Tag.Bool, value ? 1 : 0);

    /// <summary>An int.</summary>
    public static Value Of(long value) => new(Tag.Int, value);

    /// <summary>A uint.</summary>
    public static Value Of(ulong value) => new(Tag.Uint, unchecked((long)value));

    /// <summary>A double, NaN and infinities included.</summary>
    public static Value Of(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A string; a null reference gives <see cref="Null"/>.</summary>
    public static Value Of(string? value) => new(value, 0);

    /// <summary>A list.</summary>
    public static Value Of(ListValue value) => new(value, 0);

    /// <summary>A map.</summary>
    public static Value Of(MapValue value) => new(value, 0);

    /// <summary>Bytes; the array is not copied and must not change afterwards.</summary>
    public static Value Of(byte[] value) => new(new BytesValue(value), 0);

    /// <summary>The type of a value, by CEL's name for it (<c>int</c>, <c>google.protobuf.Timestamp</c>, …).</summary>
    public static Value Of(TypeValue value) => new(value, 0);

    /// <summary>An error; see <see cref="ValueKind.Error"/>.</summary>
    public static Value Of(ValueError value) => new(value, 0);

    /// <summary>A value that only expressions know; see <see cref="ValueKind.Opaque"/>.</summary>
    public static Value Of(OpaqueValue value) => new(value, 0);

    /// <summary>A point in time: whole seconds since 1970-01-01T00:00:00Z, and 0 to 999,999,999 nanoseconds after them.</summary>
    public static Value Timestamp(long seconds, int nanos) =>
        new(nanos == 0 ? TimeTag.WholeTimestamp : new TimeTag(ValueKind.Timestamp, nanos), seconds);

    /// <summary>A point in time to .NET's 100 nanoseconds.</summary>
    public static Value Of(DateTimeOffset value)
    {
        long ticks = value.UtcTicks - DateTime.UnixEpoch.Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return Timestamp(seconds, (int)rest * 100);
    }

    /// <summary>A span: whole seconds and nanoseconds of the same sign, -999,999,999 to 999,999,999.</summary>
    public static Value Duration(long seconds, int nanos) =>
        new(nanos == 0 ? TimeTag.WholeDuration : new TimeTag(ValueKind.Duration, nanos), seconds);

    /// <summary>An int read from a source that spelled it in another way than its shortest form, such as <c>-0</c>.</summary>
    public static Value Of(long value, string sourceText) => new(new NumberTag(ValueKind.Int, sourceText), value);

    /// <summary>A double read from a source that spelled it in another way than its shortest form, such as <c>1.10</c>.</summary>
    public static Value Of(double value, string sourceText) =>
        new(new NumberTag(ValueKind.Double, sourceText), BitConverter.DoubleToInt64Bits(value));

    /// <summary>A number that no double can hold, read where that counts as null; it is still written as its source spelled it.</summary>
    public static Value Unusable(string sourceText) => new(new NumberTag(ValueKind.Null, sourceText), 0);

    /// <summary>The bool this holds; call only on <see cref="ValueKind.Bool"/>.</summary>
    public bool AsBool() => bits != 0;

    /// <summary>The int this holds; call only on <see cref="ValueKind.Int"/>.</summary>
    public long AsInt() => bits;

    /// <summary>The uint this holds; call only on <see cref="ValueKind.Uint"/>.</summary>
    public ulong AsUint() => unchecked((ulong)bits);

    /// <summary>The double this holds; call only on <see cref="ValueKind.Double"/>.</summary>
    public double AsDouble() => BitConverter.Int64BitsToDouble(bits);

    /// <summary>The string this holds; call only on <see cref="ValueKind.String"/>.</summary>
    public string AsString() => Unsafe.As<string>(content!);

    /// <summary>The bytes this holds; call only on <see cref="ValueKind.Bytes"/>.</summary>
    public ReadOnlySpan<byte> AsBytes() => ((BytesValue)content!).Bytes;

    /// <summary>The list this holds; call only on <see cref="ValueKind.List"/>.</summary>
    public ListValue AsList() => (ListValue)content!;

    /// <summary>The map this holds; call only on <see cref="ValueKind.Map"/>.</summary>
    public MapValue AsMap() => Unsafe.As<MapValue>(content!);

    /// <summary>The type this holds; call only on <see cref="ValueKind.Type"/>.</summary>
    public TypeValue AsType() => (TypeValue)content!;

    /// <summary>The error this holds; call only on <see cref="ValueKind.Error"/>.</summary>
    public ValueError AsError() => (ValueError)content!;

    /// <summary>The opaque value this holds; call only on <see cref="ValueKind.Opaque"/>.</summary>
    public OpaqueValue AsOpaque() => (OpaqueValue)content!;

    /// <summary>Whether this is an int without a source text of its own; one comparison, for hot paths.</summary>
    public bool IsPlainInt => ReferenceEquals(content, Tag.Int);

    /// <summary>Whether this is an error.</summary>
    public bool IsError => content is ValueError;

    /// <summary>Whole seconds of a timestamp (since 1970) or duration; call only on those.</summary>
    public long Seconds => bits;

    /// <summary>Nanoseconds beside <see cref="Seconds"/>; call only on timestamps and durations.</summary>
    public int Nanos => Unsafe.As<TimeTag>(content!).Nanos;

    /// <summary>The string this holds, or null if it holds something else.</summary>
    public string? StringOrNull() => content as string;

    /// <summary>The map this holds, or null if it holds something else.</summary>
    public MapValue? MapOrNull() => content as MapValue;

    /// <summary>The list this holds, or null if it holds something else.</summary>
    public ListValue? ListOrNull() => content as ListValue;

    /// <summary>Equality of content: numbers by their mathematical value across int, uint and double, NaN equal to itself, maps without order.</summary>
    public bool Equals(Value other) => ValueEquality.DeepEquals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ValueEquality.Hash(this);

    /// <summary>Compact JSON of this, for people and debuggers; see <see cref="JsonText"/> for the writer with guarantees.</summary>
    public override string ToString() => JsonText.ToText(this);

    /// <summary>Equality of content; see <see cref="Equals(Value)"/>.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);
}
