using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>A placeholder as an author wrote it, found without filling anything in.</summary>
/// <param name="Text">Without its braces.</param>
/// <param name="Segments">The parts of its path; the first is <c>exception</c> or <c>steps</c>.</param>
/// <param name="Pointer">The JSON pointer, below the value that was read, of the text it stands in.</param>
public sealed record Placeholder(string Text, IReadOnlyList<string> Segments, string Pointer)
{
    /// <summary>The placeholders in a value: in its texts, however deep in lists and objects.</summary>
    public static IEnumerable<Placeholder> In(Value value, string pointer = "")
    {
        if (value.StringOrNull() is { } text)
        {
            return InText(text, pointer);
        }

        if (value.ListOrNull() is { } list)
        {
            return Enumerable.Range(0, list.Count).SelectMany(at => In(list[at], JsonPointer.Child(pointer, at)));
        }

        return value.MapOrNull() is ObjectMap map
            ? Enumerable.Range(0, map.Count).SelectMany(at => In(map.ValueAt(at), JsonPointer.Child(pointer, map.KeyAt(at).AsString())))
            : [];
    }

    /// <summary>A path written without braces, as in the brackets of a text step; null when it does not begin like a placeholder.</summary>
    public static Placeholder? Of(string path, string pointer) =>
        DataPath.Split(path) is ["exception" or "steps", _, ..] segments ? new Placeholder(path.Trim(), segments, pointer) : null;

    /// <summary>The parts of a path of any root; empty when the text is none.</summary>
    public static IReadOnlyList<string> Split(string path) => DataPath.Split(path);

    // "{{exception.x}": the innermost brace opens, as where texts are filled in (Template).
    private static IEnumerable<Placeholder> InText(string text, string pointer)
    {
        int at = 0;
        while (text.IndexOf('{', at) is >= 0 and var open && text.IndexOf('}', open) is >= 0 and var close)
        {
            int inner = text.LastIndexOf('{', close, close - open + 1);
            if (Of(text[(inner + 1)..close], pointer) is { } found)
            {
                yield return found;
            }

            at = close + 1;
        }
    }
}
