using System.Globalization;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackFiles;

namespace Reeve.Commands.Places;

/// <summary>What <c>reeve.yaml</c> and the environment give, before anybody asks what it means.</summary>
internal sealed class GivenSettings
{
    internal const string Prefix = "REEVE__";

    // The file's and the environment's, by name: "packs.folders", or "packs.folders.0" for an item of a list.
    private readonly Dictionary<string, Entry> _file = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Entry> _environment = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly string _folder;

    private GivenSettings(IReadOnlyDictionary<string, string> variables, string folder)
    {
        _variables = variables;
        _folder = folder;
    }

    /// <summary>Reads both. A file that cannot be read, and names that are no setting, are added to the errors.</summary>
    internal static GivenSettings Read(IReadOnlyDictionary<string, string> variables, string folder, List<ReeveError> errors)
    {
        GivenSettings given = new(variables, folder);
        string? named = variables.GetValueOrDefault(ReeveSettings.ConfigFile.ShortName!); // not null: it has no other name
        string file = Path.GetFullPath(named is { Length: > 0 } ? named : ReeveSettings.FileName, folder);
        if (named is { Length: > 0 } || File.Exists(file))
        {
            given.ReadFile(file, errors);
        }

        foreach ((string name, string text) in variables.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                given._environment[name[Prefix.Length..].Replace("__", ".", StringComparison.Ordinal)] = new Entry(text, name);
            }
        }

        errors.AddRange(InOrder(given._file).Concat(InOrder(given._environment)).Where(entry => !IsKnown(entry.Key))
            .Select(entry => new ReeveError(ErrorCatalogue.Configuration.Unknown, $"{Shown.Name(entry.Key)} is no setting.", entry.Value.From)));
        return given;
    }

    /// <summary>What was given for a setting: by its short name, else in the environment, else in the file; null when it was not, or is empty.</summary>
    internal GivenValue? Of(Setting setting)
    {
        if (setting.ShortName is { } shortName && _variables.GetValueOrDefault(shortName) is { Length: > 0 } text)
        {
            return new GivenValue([text], shortName, _folder);
        }

        return setting.Name is { } name ? Of(name, _environment) ?? Of(name, _file) : null;
    }

    private GivenValue? Of(string name, Dictionary<string, Entry> entries)
    {
        if (entries.TryGetValue(name, out Entry? whole))
        {
            return whole.Text.Length > 0 ? new GivenValue([whole.Text], whole.From, _folder) : null;
        }

        Entry[] items = [.. entries.Where(entry => Index(name, entry.Key) is not null).OrderBy(entry => Index(name, entry.Key)).Select(entry => entry.Value)];
        return items.Length > 0 ? new GivenValue([.. items.Select(item => item.Text)], items[0].From, _folder) : null;
    }

    private static IEnumerable<KeyValuePair<string, Entry>> InOrder(Dictionary<string, Entry> entries) => entries.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    // Which item of the list it is; null for what is none.
    private static int? Index(string list, string name) =>
        name.StartsWith(list + ".", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(list.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    private static bool IsKnown(string name) => ReeveSettings.All.Any(setting =>
        setting.Name is { } known && (name.Equals(known, StringComparison.OrdinalIgnoreCase) || (setting.IsList && Index(known, name) is not null)));

    private void ReadFile(string file, List<ReeveError> errors)
    {
        try
        {
            Flatten(PackFileReader.Read(file).Root, "", file);
        }
        catch (ReeveException fault)
        {
            errors.AddRange(Terminal.Errors(fault));
        }
    }

    private void Flatten(Value value, string name, string file)
    {
        if (value.MapOrNull() is { } map)
        {
            for (int i = 0; i < map.Count; i++)
            {
                Flatten(map.ValueAt(i), Joined(name, map.KeyAt(i).AsString()), file);
            }
        }
        else if (value.ListOrNull() is { } list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                Flatten(list[i], Joined(name, i.ToString(CultureInfo.InvariantCulture)), file);
            }
        }
        else if (!value.IsNull)
        {
            _file[name] = new Entry(value.StringOrNull() ?? JsonText.ToText(value), $"{file}: {name}");
        }
    }

    private static string Joined(string name, string part) => name.Length == 0 ? part : $"{name}.{part}";

    private sealed record Entry(string Text, string From);
}
