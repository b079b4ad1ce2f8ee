using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Intake;

/// <summary>Reads the fields that a record takes from outside, each with the error that names it. Collects all errors.</summary>
internal sealed class FieldReader
{
    internal const int MaxIdLength = 256;

    internal List<ReeveError> Errors { get; } = [];

    internal List<string> Flags { get; } = [];

    internal string? Text(in Value value, string pointer, int maxLength = MaxIdLength)
    {
        if (value.IsNull)
        {
            return null;
        }

        if (value.StringOrNull() is not { } text)
        {
            Fail(ErrorCatalogue.Intake.WrongType, "must be a string.", pointer);
            return null;
        }

        if (text.Length == 0 || text.Length > maxLength)
        {
            Fail(ErrorCatalogue.Intake.WrongType, $"must have 1 to {maxLength} characters.", pointer);
            return null;
        }

        return text;
    }

    internal DateTimeOffset? Time(in Value value, string pointer)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                return null;
            case ValueKind.Timestamp:
                return TimeText.ToMicroseconds(DateTimeOffset.UnixEpoch.AddTicks((value.Seconds * TimeSpan.TicksPerSecond) + (value.Nanos / 100)));
            case ValueKind.String when TryTime(value.AsString(), out DateTimeOffset time):
                return time;
            default:
                Fail(ErrorCatalogue.Intake.BadTime, "is not a time in ISO 8601 with an offset.", pointer);
                return null;
        }
    }

    /// <summary>ISO 8601 with an offset, to UTC and microseconds.</summary>
    internal static bool TryTime(string text, out DateTimeOffset time)
    {
        // The offset is asked for by hand: the reader takes a time without one for UTC.
        bool offset = text.EndsWith('Z') || text.EndsWith('z')
            || (text.Length > 19 && text.AsSpan(19).IndexOfAny('+', '-') >= 0)
            || (text.Length is 22 && text[16] is '+' or '-');
        time = default;
        return offset && TimeText.TryRead(text, out time);
    }

    internal string? Id(in Value value, TenantId tenant, string pointer)
    {
        if (value.StringOrNull() is not { } id)
        {
            return Text(value, pointer);
        }

        string? wrong = id.Length is 0 or > MaxIdLength ? $"must have 1 to {MaxIdLength} characters."
            : string.Equals(id, tenant.Value) ? "is the id of the tenant."
            : id is "." or ".." ? "is a step in a path, so no address could name it."
            : HasHidden(id) ? "holds control or direction characters, which nobody could see."
            : null;
        if (wrong is null)
        {
            return id;
        }

        Fail(ErrorCatalogue.Intake.BadId, wrong, pointer);
        return null;
    }

    private static bool HasHidden(string text)
    {
        foreach (char c in text)
        {
            if (char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// An amount of money, if it can be kept as one: a number of at most four decimals within ±922 trillion. Anything else
    /// stays where it is in the payload, and is flagged, so that a rule about it finds no number and asks a person.
    /// </summary>
    internal Value Amount(Value value, string pointer)
    {
        if (value.IsNull)
        {
            return default;
        }

        if (!value.IsNumber)
        {
            Flags.Add($"{pointer} is not a number, so it is not used as an amount.");
            return default;
        }

        bool fits = decimal.TryParse(value.SourceText ?? JsonText.ToText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount)
            && Math.Abs(amount) <= long.MaxValue / 10_000m
            && decimal.Truncate(amount * 10_000m) == amount * 10_000m;
        if (!fits)
        {
            Flags.Add($"{pointer} has more than four decimals or is too large, so it is not used as an amount.");
            return default;
        }

        return value;
    }

    internal Value Currency(Value value, string pointer)
    {
        if (value.IsNull)
        {
            return default;
        }

        if (value.StringOrNull() is { Length: 3 } code && char.IsAsciiLetter(code[0]) && char.IsAsciiLetter(code[1]) && char.IsAsciiLetter(code[2]))
        {
            return Value.Of(code.ToUpperInvariant());
        }

        Flags.Add($"{pointer} is not a currency code of three letters.");
        return default;
    }

    internal void Fail(ErrorCode code, string message, string pointer) => Errors.Add(new ReeveError(code, $"The field {message}", pointer));
}
