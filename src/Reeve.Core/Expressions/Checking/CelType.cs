namespace Reeve.Core.Expressions.Checking;

/// <summary>The kinds of types the checker tells apart.</summary>
internal enum CelTypeKind : byte
{
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Type,
    Optional,
    Wrapper,
    Named,
    Parameter,
}

/// <summary>A type. Two parameters are the same only if they are the same object; other types compare by content.</summary>
internal sealed class CelType(CelTypeKind kind, string name, params CelType[] arguments)
{
    internal static readonly CelType Dyn = new(CelTypeKind.Dyn, "dyn");
    internal static readonly CelType Null = new(CelTypeKind.Null, "null_type");
    internal static readonly CelType Bool = new(CelTypeKind.Bool, "bool");
    internal static readonly CelType Int = new(CelTypeKind.Int, "int");
    internal static readonly CelType Uint = new(CelTypeKind.Uint, "uint");
    internal static readonly CelType Double = new(CelTypeKind.Double, "double");
    internal static readonly CelType String = new(CelTypeKind.String, "string");
    internal static readonly CelType Bytes = new(CelTypeKind.Bytes, "bytes");
    internal static readonly CelType Timestamp = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp");
    internal static readonly CelType Duration = new(CelTypeKind.Duration, "google.protobuf.Duration");

    internal CelTypeKind Kind { get; } = kind;

    internal string Name { get; } = name;

    internal CelType[] Arguments { get; } = arguments;

    internal static CelType List(CelType element) => new(CelTypeKind.List, "list", element);

    internal static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    internal static CelType Type(CelType of) => new(CelTypeKind.Type, "type", of);

    internal static CelType Optional(CelType of) => new(CelTypeKind.Optional, "optional_type", of);

    internal static CelType Wrapper(CelType of) => new(CelTypeKind.Wrapper, "wrapper", of);

    internal static CelType Named(string name) => new(CelTypeKind.Named, name);

    internal static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    public override string ToString() => Arguments.Length == 0 ? Name : $"{Name}({string.Join(", ", Arguments.Select(argument => argument.ToString()))})";
}
