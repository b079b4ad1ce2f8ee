using System.Text;

namespace Reeve.Core.Records;

/// <summary>The wire names of enumerations: <c>PENDING_APPROVAL</c> for <c>PendingApproval</c>. Thread-safe.</summary>
public static class Wire
{
    /// <summary>The wire name of a value.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => Names<T>.Wire[Array.IndexOf(Names<T>.Values, value)];

    /// <summary>Reads a wire name; upper and lower case, <c>-</c> and <c>_</c> are the same.</summary>
    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum
    {
        string wanted = text.Replace('-', '_');
        for (int i = 0; i < Names<T>.Wire.Length; i++)
        {
            if (string.Equals(Names<T>.Wire[i], wanted, StringComparison.OrdinalIgnoreCase))
            {
                value = Names<T>.Values[i];
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Every wire name of an enumeration, in order.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.Wire;

    private static class Names<T>
        where T : struct, Enum
    {
        internal static readonly T[] Values = Enum.GetValues<T>();
        internal static readonly string[] Wire = [.. Values.Select(value => UpperSnake(value.ToString()))];
    }

    private static string UpperSnake(string name)
    {
        StringBuilder text = new();
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(c));
        }

        return text.ToString();
    }
}
