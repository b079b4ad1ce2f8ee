using System.Text;
using System.Text.Json;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands;

/// <summary>Rows of data in the three shapes: a table for people, one JSON document, or a line each.</summary>
internal static class Listing
{
    private const int WidestCell = 60;

    /// <summary>Prints rows; the table shows the columns named, the other shapes everything.</summary>
    internal static void Print(CommandContext context, OutputFormat format, IReadOnlyList<ObjectMap> rows, params ReadOnlySpan<string> columns)
    {
        switch (format)
        {
            case OutputFormat.Json:
                WriteIndented(context.Output, Value.Of(new ListValue([.. rows.Select(row => Value.Of(row))])));
                break;
            case OutputFormat.Jsonl:
                foreach (ObjectMap row in rows)
                {
                    context.Output.Write(JsonText.ToText(Value.Of(row)) + "\n");
                }

                break;
            default:
                PrintTable(context.Output, rows, columns.ToArray());
                break;
        }
    }

    /// <summary>Writes JSON for people and programs: indented, with a line end.</summary>
    internal static void WriteIndented(TextWriter output, Value value)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, JsonText.Indented))
        {
            JsonText.Write(writer, value);
        }

        output.Write(Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
    }

    /// <summary>A time as rows have it; null is null.</summary>
    internal static Value Time(DateTimeOffset? time) => time is { } known ? Value.Of(TimeText.Timestamp(known)) : Value.Null;

    /// <summary>The wire name of a value; null is null.</summary>
    internal static Value Name<T>(T? value)
        where T : struct, Enum => value is { } known ? Value.Of(Wire.Name(known)) : Value.Null;

    /// <summary>Texts as rows have them.</summary>
    internal static Value Texts(IEnumerable<string> texts) => Value.Of(new ListValue([.. texts.Select(text => Value.Of(text))]));

    private static void PrintTable(TextWriter output, IReadOnlyList<ObjectMap> rows, string[] columns)
    {
        if (rows.Count == 0)
        {
            return;
        }

        string[][] cells = [columns, .. rows.Select(row => columns.Select(column => Cell(row[column])).ToArray())];
        int[] widths = [.. columns.Select((_, column) => Math.Min(WidestCell, cells.Max(row => row[column].Length)))];
        foreach (string[] row in cells)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Cell(Value value) => value.Kind switch
    {
        ValueKind.Null => "-",
        ValueKind.String => Shown.Line(value.AsString().ReplaceLineEndings(" ")),
        ValueKind.Bool => value.AsBool() ? "yes" : "no",
        ValueKind.List => string.Join(", ", value.AsList().Items.ToArray().Select(Cell)),
        _ => Shown.Line(JsonText.ToText(value)),
    };
}
