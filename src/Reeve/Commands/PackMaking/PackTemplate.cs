using System.Reflection;
using System.Text;
using Reeve.Core.Errors;

namespace Reeve.Commands.PackMaking;

/// <summary>The small pack that works, from which new ones begin; its files travel inside the program.</summary>
internal static class PackTemplate
{
    // What the template calls itself; a new pack's names take their place.
    private const string Domain = "NewDomain";
    private const string Folder = "new-domain";

    private const string Resources = "template/";
    private const int MaxName = 60;

    private static readonly string[] Devices = ["con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(n => (string[])[$"com{n}", $"lpt{n}"])];

    /// <summary>Refuses what cannot be a pack's name: it names a folder, a domain and tenants, on every system.</summary>
    /// <exception cref="ReeveException">PACK-045, with the nearest name that would do.</exception>
    internal static void Check(string name)
    {
        if (Devices.Contains(name))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.BadPackName, $"On Windows '{name}' is a device, and no folder can be called so.", "name"));
        }

        if (name.Length is > 0 and <= MaxName && name == Nearest(name))
        {
            return;
        }

        string nearest = Nearest(name);
        throw new ReeveException(new ReeveError(
            ErrorCatalogue.Packs.BadPackName,
            $"A pack's name has at most {MaxName} lower-case letters, digits and single hyphens, and begins with a letter.{(nearest.Length == 0 ? "" : $" '{nearest}' would do.")}",
            "name"));
    }

    /// <summary>The files, by name, with the pack's own names in them.</summary>
    /// <param name="name">A name that <see cref="Check"/> let pass.</param>
    internal static IEnumerable<(string File, string Text)> Files(string name)
    {
        Assembly assembly = typeof(PackTemplate).Assembly;
        string domain = DomainName(name);
        foreach (string resource in assembly.GetManifestResourceNames().Where(one => one.StartsWith(Resources, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8); // not null: it was listed
            string text = reader.ReadToEnd().ReplaceLineEndings("\n");
            yield return (resource[Resources.Length..], text.Replace(Domain, domain, StringComparison.Ordinal).Replace(Folder, name, StringComparison.Ordinal));
        }
    }

    /// <summary>The domain of a pack of that name: <c>lost-parcels</c> is about <c>LostParcels</c>.</summary>
    internal static string DomainName(string name) => string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Nearest(string name)
    {
        StringBuilder nearest = new();
        char before = '\0';
        foreach (char c in name)
        {
            bool begins = char.IsAsciiLetterUpper(c) && (char.IsAsciiLetterLower(before) || char.IsAsciiDigit(before));
            if ((begins || !char.IsAsciiLetterOrDigit(c)) && nearest.Length > 0 && nearest[^1] != '-')
            {
                nearest.Append('-');
            }

            if (char.IsAsciiLetter(c) || (char.IsAsciiDigit(c) && nearest.Length > 0))
            {
                nearest.Append(char.ToLowerInvariant(c));
            }

            before = c;
        }

        return nearest.ToString(0, Math.Min(nearest.Length, MaxName)).TrimEnd('-');
    }
}
