using Reeve.Core.Values;

namespace Reeve.Core.Expressions;

/// <summary>The three answers of a condition.</summary>
public enum TruthKind : byte
{
    /// <summary>It does not hold.</summary>
    False,

    /// <summary>It holds.</summary>
    True,

    /// <summary>It cannot be told: something it needs is missing, mistyped, out of range or too costly.</summary>
    Unknown,
}

/// <summary>The answer of a condition.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Why">What kept it from being told, with the path of the field to blame; null unless unknown.</param>
public readonly record struct Truth(TruthKind Kind, ValueError? Why)
{
    /// <summary>Whether it holds.</summary>
    public bool IsTrue => Kind == TruthKind.True;

    /// <summary>Whether it cannot be told.</summary>
    public bool IsUnknown => Kind == TruthKind.Unknown;
}
