using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>A path such as <c>exception.normalized_context.lines[0].id</c>, taken apart.</summary>
internal static class DataPath
{
    /// <summary>The segments; an index is a segment of digits. Empty when the text is no path.</summary>
    internal static string[] Split(string text)
    {
        string[] segments = text.Trim().Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = segments[i].Trim().Trim('\'', '"');
            if (segments[i].Length == 0)
            {
                return [];
            }
        }

        return segments;
    }

    /// <summary>The value that the segments from <paramref name="at"/> on lead to; null if they lead nowhere.</summary>
    internal static Value Follow(Value value, ReadOnlySpan<string> segments)
    {
        foreach (string segment in segments)
        {
            if (value.MapOrNull() is { } map)
            {
                value = map[segment];
            }
            else if (value.ListOrNull() is { } list && int.TryParse(segment, out int index) && index >= 0 && index < list.Count)
            {
                value = list[index];
            }
            else
            {
                return Value.Null;
            }
        }

        return value;
    }
}
