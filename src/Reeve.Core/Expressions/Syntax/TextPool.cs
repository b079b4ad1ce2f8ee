namespace Reeve.Core.Expressions.Syntax;

/// <summary>
/// Shares equal short texts of expressions (field names, literals) between all compiled trees, since conditions of
/// different tenants name the same fields. Bounded: when it is full it starts anew, and what was shared stays shared.
/// Thread-safe.
/// </summary>
internal static class TextPool
{
    private const int Capacity = 16 * 1024;
    private const int LongestShared = 64;

    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal);
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> BySpan = Texts.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static string Share(ReadOnlySpan<char> text)
    {
        if (text.Length == 0)
        {
            return string.Empty;
        }

        if (text.Length > LongestShared)
        {
            return text.ToString();
        }

        lock (Gate)
        {
            if (BySpan.TryGetValue(text, out string? shared))
            {
                return shared;
            }

            if (Texts.Count >= Capacity)
            {
                Texts.Clear();
            }

            string added = text.ToString();
            Texts.Add(added);
            return added;
        }
    }
}
