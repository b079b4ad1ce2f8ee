using System.CommandLine;
using Reeve.Core.Values;

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
    internal static Option<OutputFormat> Format() => new("-o", "--format")
    {
        Description = "How data is printed.",
        HelpName = "table|json|jsonl",
        DefaultValueFactory = _ => OutputFormat.Table,
    };

    internal static Option<DateTimeOffset?> AsOf() =>
        Time("--as-of", "The time at which everything is judged, ISO 8601 with an offset. Ids then repeat from run to run.");

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
