namespace Reeve.Core.Values;

/// <summary>What a <see cref="Value"/> points to when it is neither null nor a string.</summary>
public abstract class Boxed
{
    private protected Boxed(ValueKind kind) => Kind = kind;

    internal ValueKind Kind { get; }
}

/// <summary>The shared marks of scalars, whose bits are in the <see cref="Value"/> itself.</summary>
internal sealed class Tag : Boxed
{
    internal static readonly Tag Bool = new(ValueKind.Bool);
    internal static readonly Tag Int = new(ValueKind.Int);
    internal static readonly Tag Uint = new(ValueKind.Uint);
    internal static readonly Tag Double = new(ValueKind.Double);

    private Tag(ValueKind kind)
        : base(kind)
    {
    }
}

/// <summary>Marks a number and keeps the text its source spelled it with.</summary>
internal sealed class NumberTag(ValueKind kind, string text) : Boxed(kind)
{
    internal string Text { get; } = text;
}

/// <summary>Marks a timestamp or duration and keeps its nanoseconds; whole seconds share one mark.</summary>
internal sealed class TimeTag(ValueKind kind, int nanos) : Boxed(kind)
{
    internal static readonly TimeTag WholeTimestamp = new(ValueKind.Timestamp, 0);
    internal static readonly TimeTag WholeDuration = new(ValueKind.Duration, 0);

    internal int Nanos { get; } = nanos;
}

/// <summary>Bytes.</summary>
internal sealed class BytesValue(byte[] bytes) : Boxed(ValueKind.Bytes)
{
    internal byte[] Bytes { get; } = bytes;
}

/// <summary>A CEL type as a value, equal by name.</summary>
public sealed class TypeValue(string name) : Boxed(ValueKind.Type)
{
    /// <summary>CEL's name of the type: <c>int</c>, <c>list</c>, <c>google.protobuf.Duration</c>, …</summary>
    public string Name { get; } = name;
}

/// <summary>A value that only expressions know: an optional, an IP address. Equality is that of <see cref="object.Equals(object)"/>.</summary>
public abstract class OpaqueValue : Boxed
{
    private protected OpaqueValue()
        : base(ValueKind.Opaque)
    {
    }

    /// <summary>CEL's name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>What it is as plain data, for writers: an optional its value or null, an address its text.</summary>
    public abstract Value ToData();
}

/// <summary>Why an operation has no value. Made once per place in an expression, so that raising one allocates nothing.</summary>
/// <param name="message">For people: what went wrong.</param>
/// <param name="path">The data path the operation could not use, such as <c>amount</c>; null when no single path is to blame.</param>
/// <param name="position">Zero-based offset in the expression's text, in UTF-16 units.</param>
public sealed class ValueError(string message, string? path, int position) : Boxed(ValueKind.Error)
{
    /// <summary>For people: what went wrong.</summary>
    public string Message { get; } = message;

    /// <summary>The data path the operation could not use, or null.</summary>
    public string? Path { get; } = path;

    /// <summary>Zero-based offset in the expression's text, in UTF-16 units.</summary>
    public int Position { get; } = position;
}

/// <summary>A list of values; immutable.</summary>
public sealed class ListValue : Boxed
{
    private readonly Value[] items;

    /// <summary>Takes the array as it is: it must not change afterwards.</summary>
    public ListValue(Value[] items)
        : base(ValueKind.List) => this.items = items;

    /// <summary>The empty list.</summary>
    public static ListValue Empty { get; } = new([]);

    /// <summary>The number of items.</summary>
    public int Count => items.Length;

    /// <summary>The items in order.</summary>
    public ReadOnlySpan<Value> Items => items;

    /// <summary>The item at a zero-based index.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is outside the list.</exception>
    public Value this[int index] => items[index];
}
