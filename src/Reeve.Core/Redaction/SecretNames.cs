using System.Collections.Frozen;

namespace Reeve.Core.Redaction;

/// <summary>What a name says about the value it names.</summary>
internal enum Secrecy : byte
{
    /// <summary>Nothing secret.</summary>
    None,

    /// <summary>A secret, unless the value is a number: <c>tokens</c> are counted more often than they are listed.</summary>
    UnlessNumber,

    /// <summary>A secret.</summary>
    Always,

    /// <summary>A header that in plain text goes on to the end of its line: <c>Authorization: Basic …</c>.</summary>
    Line,
}

/// <summary>
/// Tells from a name whether its value is a secret. A name is cut into words at everything that is neither letter nor digit,
/// where lower case meets upper case, and where letters meet digits: <c>X-API-KEY</c>, <c>xApiKey</c> and <c>x_api_key</c> are
/// the same three words. The rules look at whole words, so <c>tokenize</c> and <c>secretary</c> are not hit, and at the letters
/// run together for names that nobody cuts, such as <c>dbpassword</c>.
/// </summary>
internal static class SecretNames
{
    // Longer names are prose, not names.
    private const int MaxLength = 128;

    // Found anywhere in the letters of the name, across words.
    private static readonly string[] Parts =
    [
        "password", "passwd", "passphrase", "passcode", "apikey", "privatekey", "clientsecret", "secretkey", "accesskey", "signingkey",
        "encryptionkey", "masterkey", "accountkey", "sharedkey", "sshkey", "authkey", "connectionstring",
    ];

    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.Ordinal, "secret", "secrets", "credential", "credentials", "pwd", "jwt", "bearer");

    // token_count and token_type describe a token, they are none.
    private static readonly FrozenSet<string> Measures = FrozenSet.Create(
        StringComparer.Ordinal, "count", "counts", "limit", "limits", "budget", "usage", "used", "type", "rate", "total", "window", "estimate", "length", "expires", "expiry");

    // authorization_status says whether something was authorised; these say by what.
    private static readonly FrozenSet<string> Carriers = FrozenSet.Create(StringComparer.Ordinal, "header", "code", "value", "key");

    /// <summary>What the name says.</summary>
    public static Secrecy Judge(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > MaxLength)
        {
            return Secrecy.None;
        }

        Span<char> letters = stackalloc char[MaxLength];
        Span<int> starts = stackalloc int[MaxLength + 1];
        int words = Cut(name, letters, starts);
        ReadOnlySpan<char> all = letters[..starts[words]];
        foreach (string part in Parts)
        {
            if (all.Contains(part, StringComparison.Ordinal))
            {
                return Secrecy.Always;
            }
        }

        if (all.SequenceEqual("auth"))
        {
            return Secrecy.Line;
        }

        for (int i = 0; i < words; i++)
        {
            ReadOnlySpan<char> word = all[starts[i]..starts[i + 1]];
            ReadOnlySpan<char> next = i + 1 < words ? all[starts[i + 1]..starts[i + 2]] : default;
            if (JudgeWord(word, next) is var found and not Secrecy.None)
            {
                return found;
            }
        }

        return Secrecy.None;
    }

    private static Secrecy JudgeWord(ReadOnlySpan<char> word, ReadOnlySpan<char> next)
    {
        if (Contains(Words, word) || word.EndsWith("secret"))
        {
            return Secrecy.Always;
        }

        if (word.SequenceEqual("cookie") || word.SequenceEqual("cookies"))
        {
            return Secrecy.Line;
        }

        if (word.EndsWith("authorization"))
        {
            return next.IsEmpty || Contains(Carriers, next) ? Secrecy.Line : Secrecy.None;
        }

        if (word.EndsWith("token"))
        {
            return Contains(Measures, next) ? Secrecy.None : Secrecy.Always;
        }

        return word.EndsWith("tokens") && next.IsEmpty ? Secrecy.UnlessNumber : Secrecy.None;
    }

    private static bool Contains(FrozenSet<string> set, ReadOnlySpan<char> word) =>
        set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    // Writes the words one after another in lower case; starts[i] is where word i begins and starts[count] where the last ends.
    private static int Cut(ReadOnlySpan<char> name, Span<char> letters, Span<int> starts)
    {
        int length = 0;
        int words = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (!char.IsLetterOrDigit(name[i]))
            {
                continue;
            }

            if (i == 0 || StartsWord(name, i))
            {
                starts[words++] = length;
            }

            letters[length++] = char.ToLowerInvariant(name[i]);
        }

        starts[words] = length;
        return words;
    }

    private static bool StartsWord(ReadOnlySpan<char> name, int at)
    {
        char before = name[at - 1];
        char here = name[at];
        if (!char.IsLetterOrDigit(before) || char.IsDigit(before) != char.IsDigit(here))
        {
            return true;
        }

        // accessToken: lower meets upper. APIKey: the last of several capitals begins the next word.
        return char.IsUpper(here)
            && (char.IsLower(before) || (at + 1 < name.Length && char.IsLower(name[at + 1])));
    }
}
