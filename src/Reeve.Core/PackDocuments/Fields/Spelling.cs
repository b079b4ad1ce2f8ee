using System.Text;

namespace Reeve.Core.PackDocuments.Fields;

/// <summary>The two spellings of a field's name (EX-MODEL-1).</summary>
public static class Spelling
{
    /// <summary>The snake_case form of either spelling: <c>dataTTL</c>, <c>dataTtl</c> and <c>data_ttl</c> are <c>data_ttl</c>.</summary>
    public static string Fold(string name)
    {
        if (!name.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            return name;
        }

        StringBuilder folded = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool startsWord = char.IsAsciiLetterUpper(c) && i > 0 && name[i - 1] != '_'
                && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord)
            {
                folded.Append('_');
            }

            folded.Append(char.ToLowerInvariant(c));
        }

        return folded.ToString();
    }

    /// <summary>Whether a key is a declared name in either spelling; a key that begins with a capital is neither.</summary>
    public static bool Same(string key, string declared) =>
        key == declared
        || (key.Length > 0 && key[0] == declared[0] && key.Length <= declared.Length * 2 && Fold(key) == Fold(declared));
}
