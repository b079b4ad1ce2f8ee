using System.Globalization;
using Reeve.Core.Errors;

namespace Reeve.Commands.Places;

/// <summary>One setting, as docs/configuration.md shows it.</summary>
public abstract record Setting
{
    /// <summary>Its name in <c>reeve.yaml</c>, sections joined by dots; null for one that is read from the environment alone.</summary>
    public string? Name { get; init; }

    /// <summary>The environment's name beside <see cref="Variable"/>, which it wins over; null when there is none.</summary>
    public string? ShortName { get; init; }

    /// <summary>What a value looks like: its unit, its range.</summary>
    public required string Form { get; init; }

    /// <summary>What holds when nobody sets it, in words.</summary>
    public required string Usually { get; init; }

    /// <summary>What it does.</summary>
    public required string Meaning { get; init; }

    /// <summary>Whether it may be given as a list.</summary>
    public bool IsList { get; init; }

    /// <summary>Its name in the environment by the rule: <c>REEVE__SECTION__KEY</c>; null for one that has a short name alone.</summary>
    public string? Variable => Name is null ? null : GivenSettings.Prefix + Name.ToUpperInvariant().Replace(".", "__", StringComparison.Ordinal);
}

/// <summary>A setting whose values are of one type.</summary>
public sealed record Setting<T> : Setting
{
    /// <summary>What holds when nobody sets it.</summary>
    public required T Default { get; init; }

    /// <summary>Reads a value that was given. Throws a <see cref="ReeveException"/> for one that cannot be used.</summary>
    public required Func<GivenValue, T> Read { get; init; }

    /// <summary>The value that was given, or the default. A value that cannot be used is added to the errors.</summary>
    internal T From(GivenSettings given, List<ReeveError> errors)
    {
        if (given.Of(this) is not { } value)
        {
            return Default;
        }

        try
        {
            return Read(value);
        }
        catch (ReeveException fault)
        {
            errors.Add(new ReeveError(fault.Error.Kind, fault.Error.Message, value.From, nextStep: fault.Error.NextStep));
            return Default;
        }
    }
}

/// <summary>What was given for a setting.</summary>
/// <param name="Items">Its texts: one, or those of a list. None is empty.</param>
/// <param name="From">Where it was given: a variable's name, or a file and the place in it.</param>
/// <param name="Folder">What relative paths are relative to.</param>
public sealed record GivenValue(IReadOnlyList<string> Items, string From, string Folder)
{
    /// <summary>The only text.</summary>
    public string Text => Items[0];

    /// <summary>The text as a full path.</summary>
    public string Path => System.IO.Path.GetFullPath(Text, Folder);

    /// <summary>The text as a whole number of seconds.</summary>
    /// <exception cref="ReeveException">CFG-003.</exception>
    public TimeSpan Seconds(int least, int most) =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds >= least && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, $"It must be a whole number of seconds, {least} to {most}."));

    /// <summary>The text as a whole number.</summary>
    /// <exception cref="ReeveException">CFG-003.</exception>
    public int Number(int least, int most) =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, $"It must be a whole number, {least} to {most}."));

    /// <summary>The folders of a list, or of one text in which they are separated as in PATH, as full paths.</summary>
    public IReadOnlyList<string> Folders() =>
    [
        .. Items.SelectMany(item => item.Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(item => System.IO.Path.GetFullPath(item, Folder)),
    ];
}
