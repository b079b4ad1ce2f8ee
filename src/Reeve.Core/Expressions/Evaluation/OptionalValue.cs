using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>CEL's optional: a value or none.</summary>
internal sealed class OptionalValue : OpaqueValue
{
    internal static readonly OptionalValue None = new(default, hasValue: false);

    private OptionalValue(Value value, bool hasValue)
    {
        Value = value;
        HasValue = hasValue;
    }

    internal bool HasValue { get; }

    internal Value Value { get; }

    public override string TypeName => "optional_type";

    public override Value ToData() => Value;

    internal static Value Of(in Value value) => Value.Of(new OptionalValue(value, hasValue: true));

    // What a selection inside an optional gives: what is not there is none; any other failure stays one.
    internal static Value Wrap(in Value selected, ref string? reason)
    {
        if (reason is Fault.NoSuchKey or Fault.NoSuchIndex)
        {
            reason = null;
            return Value.Of(None);
        }

        return reason is null ? Of(selected) : default;
    }

    public override bool Equals(object? obj) => obj is OptionalValue other && HasValue == other.HasValue && Value.Equals(other.Value);

    public override int GetHashCode() => HasValue ? HashCode.Combine(Value) : 0;
}
