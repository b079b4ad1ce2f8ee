using System.Collections.Frozen;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>The names that denote a type where data has no field of that name.</summary>
internal static class TypeNames
{
    /// <summary>The one enum value of the well-known types; enums are ints.</summary>
    internal const string NullValue = "google.protobuf.NullValue.NULL_VALUE";

    private static readonly FrozenDictionary<string, TypeValue> Types = new[]
    {
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
        "google.protobuf.Timestamp", "google.protobuf.Duration", "optional_type", "net.IP", "net.CIDR",
    }.ToFrozenDictionary(name => name, name => new TypeValue(name), StringComparer.Ordinal);

    internal static TypeValue? Find(string name) => Types.GetValueOrDefault(name);
}
