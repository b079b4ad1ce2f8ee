namespace Reeve.Core.Values;

/// <summary>The types a <see cref="Value"/> can hold: those of CEL, of which JSON's are a part.</summary>
public enum ValueKind : byte
{
    /// <summary>JSON null; also what a missing path reads as in lenient expressions.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed 64-bit integer. A JSON number without fraction or exponent that fits is one.</summary>
    Int,

    /// <summary>An unsigned 64-bit integer; only expressions make these.</summary>
    Uint,

    /// <summary>An IEEE 754 double; any JSON number that is not an <see cref="Int"/>.</summary>
    Double,

    /// <summary>A string of valid UTF-16 (no lone surrogates when it came from our readers).</summary>
    String,

    /// <summary>Bytes; only expressions make these.</summary>
    Bytes,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map. JSON objects have string keys; expressions may use int, uint, bool and string keys.</summary>
    Map,

    /// <summary>A point in time, UTC, years 1 to 9999, to the nanosecond.</summary>
    Timestamp,

    /// <summary>A signed span of time, to the nanosecond.</summary>
    Duration,

    /// <summary>The type of a value, itself a value in CEL.</summary>
    Type,

    /// <summary>A value that only expressions know, such as an optional or an IP address; it never occurs in data.</summary>
    Opaque,

    /// <summary>The error an operation ended in; it never occurs in data, only while an expression is evaluated.</summary>
    Error,
}
