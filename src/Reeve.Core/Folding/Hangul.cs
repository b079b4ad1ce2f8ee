namespace Reeve.Core.Folding;

/// <summary>Syllables of Hangul, which compose by arithmetic instead of a table (The Unicode Standard, 3.12).</summary>
internal static class Hangul
{
    private const int FirstSyllable = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeTails = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    /// <summary>Adds the parts of a syllable; false when it is none.</summary>
    internal static bool TryDecompose(int code, List<int> codes)
    {
        int index = code - FirstSyllable;
        if (index is < 0 or >= Leads * Vowels * Tails)
        {
            return false;
        }

        codes.Add(FirstLead + (index / (Vowels * Tails)));
        codes.Add(FirstVowel + (index % (Vowels * Tails) / Tails));
        if (index % Tails > 0)
        {
            codes.Add(BeforeTails + (index % Tails));
        }

        return true;
    }

    /// <summary>The syllable of a lead and a vowel, or of such a syllable and a tail; null when they make none.</summary>
    internal static int? Compose(int first, int second)
    {
        int lead = first - FirstLead;
        int vowel = second - FirstVowel;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            return FirstSyllable + (((lead * Vowels) + vowel) * Tails);
        }

        int syllable = first - FirstSyllable;
        int tail = second - BeforeTails;
        return syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails ? first + tail : null;
    }
}
