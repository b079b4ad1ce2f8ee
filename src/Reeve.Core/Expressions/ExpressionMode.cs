namespace Reeve.Core.Expressions;

/// <summary>How an expression treats what is missing or mistyped (EX-MODEL-5).</summary>
public enum ExpressionMode : byte
{
    /// <summary>CEL's own error semantics: access policies, <c>reeve expr</c>.</summary>
    Strict,

    /// <summary>CEL's error semantics, but a missing path is null and numbers of different types mix: intake mappings.</summary>
    Mapping,

    /// <summary>Lenient: a missing path is null, and what cannot be answered is unknown instead of an error: pack conditions.</summary>
    Condition,
}
