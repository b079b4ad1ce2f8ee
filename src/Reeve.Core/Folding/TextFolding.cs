using System.Text;

namespace Reeve.Core.Folding;

/// <summary>
/// When two texts are the same to a reader: composed to Unicode's NFC (UAX #15) and folded by case (The Unicode Standard, 3.13).
/// From our own tables of Unicode 16.0: with InvariantGlobalization the framework's <c>Normalize</c> returns its input
/// unchanged, and what is stored must not depend on the machine it was stored on. Thread-safe.
/// </summary>
public static class TextFolding
{
    /// <summary>The text in NFC. A lone surrogate becomes U+FFFD.</summary>
    public static string Compose(string text) => IsPlain(text) ? text : Composition.Compose(Decomposition.Of(text));

    /// <summary>
    /// The form in which texts are compared: full case folding of the decomposed text, composed again. So <c>ß</c> equals
    /// <c>ss</c>, and <c>É</c> equals <c>e</c> with a combining acute accent. Folding twice changes nothing.
    /// </summary>
    public static string Fold(string text)
    {
        if (IsPlain(text))
        {
            return text.ToLowerInvariant();
        }

        StringBuilder folded = new(text.Length);
        foreach (int code in Decomposition.Of(text))
        {
            Append(folded, code);
        }

        return Composition.Compose(Decomposition.Of(folded.ToString()));
    }

    // ASCII is composed, and folds to its small letters.
    private static bool IsPlain(string text) => Ascii.IsValid(text);

    private static void Append(StringBuilder text, int code)
    {
        foreach (int part in FoldingTables.Fold(code))
        {
            text.Append(new Rune(part).ToString());
        }
    }
}
