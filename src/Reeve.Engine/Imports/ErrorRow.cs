using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Imports;

/// <summary>
/// The errors of a refused item as its row keeps them: the first in columns of its own, and, where those do not say all (several errors, a line, a
/// next step that is not the code's), all of them as JSON. Pure.
/// </summary>
/// <param name="Code">The code of the first; null when there is no error.</param>
/// <param name="Pointer">The field it is about.</param>
/// <param name="Message">What it says.</param>
/// <param name="All">All of them as JSON; null when the columns say all.</param>
public readonly record struct ErrorRow(string? Code, string? Pointer, string? Message, string? All)
{
    // A mapping of a wide document may find one in every field; whoever mends it looks at the first.
    private const int Most = 100;

    /// <summary>The columns of some errors.</summary>
    public static ErrorRow Of(IReadOnlyList<ReeveError> errors)
    {
        if (errors.Count == 0)
        {
            return default;
        }

        ReeveError first = errors[0];
        bool isAll = errors.Count == 1 && first.Position is null && string.Equals(first.NextStep, first.Kind.NextStep);
        return new ErrorRow(first.Code, Storable(first.Subject), Storable(first.Message), isAll ? null : Encoding.UTF8.GetString(JsonText.Render(errors, Write)));
    }

    /// <summary>The errors that the columns keep; of an unknown code, which a later release wrote, none.</summary>
    public IReadOnlyList<ReeveError> Read()
    {
        if (Code is not { } code || Kind(code) is not { } kind)
        {
            return [];
        }

        if (All is not { } all)
        {
            return [new ReeveError(kind, Message ?? kind.Title, Pointer)];
        }

        using JsonDocument document = JsonDocument.Parse(all);
        List<ReeveError> errors = [];
        foreach (JsonElement error in document.RootElement.EnumerateArray())
        {
            SourcePosition? position = error.TryGetProperty("line", out JsonElement line) ? new SourcePosition(line.GetInt32(), error.GetProperty("column").GetInt32()) : null;
            errors.Add(new ReeveError(
                Kind(error.GetProperty("code").GetString()!) ?? kind, error.GetProperty("message").GetString()!, // not null: Write wrote them
                error.TryGetProperty("pointer", out JsonElement pointer) ? pointer.GetString() : null, position,
                error.TryGetProperty("nextStep", out JsonElement next) ? next.GetString() : null));
        }

        return errors;
    }

    // A message may quote what was sent; a database takes no U+0000 and no half of a pair as text, and JSON escapes them.
    private static string? Storable(string? text)
    {
        if (text is null || (text.AsSpan().IndexOf('\0') < 0 && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0))
        {
            return text;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ReeveError> errors)
    {
        writer.WriteStartArray();
        for (int i = 0; i < errors.Count && i < Most; i++)
        {
            ReeveError error = errors[i];
            writer.WriteStartObject();
            writer.WriteString("code", error.Code);
            writer.WriteString("message", error.Message);
            if (error.Subject is { } pointer)
            {
                writer.WriteString("pointer", pointer);
            }

            if (error.Position is { } at)
            {
                writer.WriteNumber("line", at.Line);
                writer.WriteNumber("column", at.Column);
            }

            if (!string.Equals(error.NextStep, error.Kind.NextStep))
            {
                writer.WriteString("nextStep", error.NextStep);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static ErrorCode? Kind(string code)
    {
        foreach (ErrorCode kind in ErrorCatalogue.All)
        {
            if (string.Equals(kind.Code, code))
            {
                return kind;
            }
        }

        return null;
    }
}
