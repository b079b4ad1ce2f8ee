using System.CommandLine;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands;

/// <summary>The shapes in which commands print data.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Jsonl,
}

/// <summary>Options that several commands share.</summary>
internal static class SharedOptions
{
    private const int MaxLimit = 10_000;
    private const int MaxShown = 64;

    /// <summary>How data is printed; of a verb that prints one thing, in the shapes that it has.</summary>
    internal static Option<OutputFormat> Format(params OutputFormat[] some)
    {
        OutputFormat[] shapes = some.Length == 0 ? Enum.GetValues<OutputFormat>() : some;
        string[] names = [.. shapes.Select(shape => shape.ToString().ToLowerInvariant())];
        return new Option<OutputFormat>("-o", "--format")
        {
            Description = "How data is printed.",
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => OutputFormat.Table,
            CustomParser = result =>
            {
                string given = result.Tokens[0].Value;
                if (Array.FindIndex(names, name => name.Equals(given, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at)
                {
                    return shapes[at];
                }

                result.AddError($"-o: '{Shown.Short(given, MaxShown)}' is none of {string.Join(", ", names)}.");
                return OutputFormat.Table;
            },
        };
    }

    // A time without an offset would be another instant for whoever reads it elsewhere, and then another result.
    internal static Option<DateTimeOffset?> AsOf() =>
        Time("--as-of", "The time at which everything is judged, ISO 8601 with an offset. Where nothing is kept, ids then repeat from run to run.", needsOffset: true);

    internal static Option<int> Limit(int usual)
    {
        Option<int> limit = new("--limit") { Description = $"How many at most, 1 to {MaxLimit}.", DefaultValueFactory = _ => usual };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int count) || count is < 1 or > MaxLimit))
            {
                result.AddError($"--limit takes a whole number from 1 to {MaxLimit}.");
            }
        });
        return limit;
    }

    /// <summary>An option that takes a wire name of an enumeration.</summary>
    internal static Option<T?> Wired<T>(string name, string description)
        where T : struct, Enum => new(name)
    {
        Description = $"{description}: {string.Join(", ", Wire.All<T>())}.",
        HelpName = name.TrimStart('-'),
        CustomParser = result =>
        {
            if (Wire.TryParse(result.Tokens[0].Value, out T value))
            {
                return value;
            }

            result.AddError($"{name}: '{Shown.Short(result.Tokens[0].Value, MaxShown)}' is none of {string.Join(", ", Wire.All<T>())}.");
            return null;
        },
    };

    internal static Option<DateTimeOffset?> Time(string name, string description, bool needsOffset = false) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            string given = result.Tokens[0].Value;
            bool isTime = TimeText.TryRead(given, out DateTimeOffset time);
            if (isTime && (!needsOffset || TimeText.HasOffset(given)))
            {
                return time;
            }

            result.AddError($"{name}: '{Shown.Short(given, MaxShown)}' is not a time{(isTime ? " with an offset" : "")}. Write it like 2026-01-31T09:30:00Z{(isTime ? " or 2026-01-31T10:30:00+01:00" : "")}.");
            return null;
        },
    };
}
