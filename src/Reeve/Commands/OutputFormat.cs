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

    internal static Option<OutputFormat> Format() => new("-o", "--format")
    {
        Description = "How data is printed.",
        HelpName = "table|json|jsonl",
        DefaultValueFactory = _ => OutputFormat.Table,
    };

    internal static Option<DateTimeOffset?> AsOf() =>
        Time("--as-of", "The time at which everything is judged, ISO 8601 with an offset. Where nothing is kept, ids then repeat from run to run.");

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

            result.AddError($"{name}: '{Shown.Short(result.Tokens[0].Value, 64)}' is none of {string.Join(", ", Wire.All<T>())}.");
            return null;
        },
    };

    internal static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (TimeText.TryRead(result.Tokens[0].Value, out DateTimeOffset time))
            {
                return time;
            }

            result.AddError($"{name}: '{result.Tokens[0].Value}' is not a time. Write it like 2026-01-31T09:30:00Z.");
            return null;
        },
    };
}
