using System.Security.Cryptography;
using System.Text;

namespace Reeve.Commands.Artefacts;

/// <summary>
/// Names from outside as names of files: no separator, nothing that leads out of the folder, no name that a system keeps for
/// itself, none too long. A plain name stays as it is.
/// </summary>
internal static class SafeName
{
    private const int Longest = 100;
    private const int HashLength = 12;

    // https://learn.microsoft.com/windows/win32/fileio/naming-a-file: reserved whatever the extension.
    private static readonly string[] Devices =
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"com{n}", $"lpt{n}" })];

    /// <summary>The name for a file or a folder. Different texts give different names.</summary>
    internal static string Of(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        StringBuilder name = new();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            name.Append(IsPlain(c) ? c : '_');
        }

        // '~' is in no plain name, so what was changed never meets what was not.
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
        return $"{name.ToString().Trim('.')}~{hash}";
    }

    private static bool IsPlain(string text) =>
        text.Length is > 0 and <= Longest && text[0] != '.' && text[^1] != '.' && text.All(IsPlain)
        && !Devices.Contains(text.Split('.')[0].ToLowerInvariant());

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+';
}
