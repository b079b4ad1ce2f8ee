using Reeve.Core.Errors;

namespace Reeve.Operations.Logs;

/// <summary>
/// From which severity on each component is logged; changeable while everything runs. The longest name that leads to a
/// component decides: <c>Engine=WARNING</c> holds for <c>Engine.Pipeline</c> unless that has a level of its own. Thread-safe: readers see
/// either the old levels or the new.
/// </summary>
public sealed class LogLevels
{
    // What the framework says at INFO about every request is not what an operator looks for.
    private static readonly KeyValuePair<string, LogSeverity>[] Framework = [new("Microsoft", LogSeverity.Warning), new("System", LogSeverity.Warning)];

    private readonly Lock changing = new();
    private volatile Table table = new(LogSeverity.Info, Framework);

    /// <summary>INFO for everything of ours, WARNING for the framework.</summary>
    public LogLevels()
    {
    }

    /// <summary>The levels of a text; see <see cref="Set(string)"/>.</summary>
    /// <exception cref="ReeveException">LOG-001: the text cannot be read.</exception>
    public LogLevels(string text) => Set(text);

    /// <summary>
    /// Replaces all levels by those of a text such as <c>INFO</c> or <c>WARNING,Engine.Pipeline=DEBUG</c>: one level without a name for all,
    /// and any number with. A missing one is INFO; the framework stays at WARNING unless the text names it.
    /// </summary>
    /// <exception cref="ReeveException">LOG-001: the text cannot be read; the levels stay as they were.</exception>
    public void Set(string text)
    {
        LogSeverity general = LogSeverity.Info;
        List<KeyValuePair<string, LogSeverity>> named = [.. Framework];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=');
            if (equals < 0)
            {
                general = LogSeverities.Parse(part);
            }
            else
            {
                string component = part[..equals].Trim();
                named.RemoveAll(level => level.Key == component);
                named.Add(new(component, LogSeverities.Parse(part.AsSpan(equals + 1).Trim())));
            }
        }

        lock (changing)
        {
            table = new Table(general, [.. named]);
        }
    }

    /// <summary>Sets the level of one component and all below it; null as component sets the general one.</summary>
    public void Set(string? component, LogSeverity severity)
    {
        lock (changing)
        {
            table = component is null
                ? table with { General = severity }
                : table with { Named = [.. table.Named.Where(level => level.Key != component), new(component, severity)] };
        }
    }

    /// <summary>Whether a record of a component would be written.</summary>
    /// <param name="component">Dotted, without the product's name: <c>Engine.Pipeline.Runner</c>.</param>
    /// <param name="severity">How much the record matters.</param>
    public bool IsEnabled(string component, LogSeverity severity)
    {
        Table current = table;
        LogSeverity from = current.General;
        int longest = 0;
        foreach ((string name, LogSeverity level) in current.Named)
        {
            if (name.Length > longest && Leads(name, component))
            {
                longest = name.Length;
                from = level;
            }
        }

        return severity >= from;
    }

    /// <summary>The levels as a text that <see cref="Set(string)"/> reads, components in ordinal order.</summary>
    public override string ToString()
    {
        Table current = table;
        return string.Join(',', current.Named
            .OrderBy(level => level.Key, StringComparer.Ordinal)
            .Select(level => $"{level.Key}={LogSeverities.NameOf(level.Value)}")
            .Prepend(LogSeverities.NameOf(current.General)));
    }

    private static bool Leads(string name, string component) =>
        component.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (component.Length == name.Length || component[name.Length] == '.');

    private sealed record Table(LogSeverity General, KeyValuePair<string, LogSeverity>[] Named);
}
