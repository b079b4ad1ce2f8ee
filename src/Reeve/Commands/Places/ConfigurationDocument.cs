using System.Globalization;
using System.Text;

namespace Reeve.Commands.Places;

/// <summary>The settings as a page for people: <c>docs/configuration.md</c>.</summary>
public static class ConfigurationDocument
{
    /// <summary>The <c>reeve.yaml</c> that the page shows.</summary>
    public const string Sample =
        """
        store: sqlite:/var/lib/reeve/reeve.db
        masterKeyFile: /etc/reeve/master.key
        storage:
          slotLeaseSeconds: 30
        packs:
          folders: [/etc/reeve/packs, /srv/packs]
        """;

    /// <summary>The whole page as Markdown, with LF ends.</summary>
    public static string Render()
    {
        StringBuilder page = new();
        page.Append(
            """
            # Configuration

            Generated from the settings in `src/Reeve/Commands/Places/ReeveSettings.cs`; do not edit (CONTRIBUTING.md says how to write it anew).

            Reeve needs none of this: without settings it serves one machine, on a file of yours. A setting comes from `reeve.yaml`, from the
            environment, or from a flag of the command line, and the later of these wins. Where a setting has two variables, the short one wins.
            An empty value counts as none. Names may be in any case; relative paths are relative to the working folder.

            Every command that uses a store reads them. All that is wrong is said at once, and nothing is started: names that are no
            setting (`CFG-002`), values that cannot be used (`CFG-003`, `STORE-001`), a file that cannot be read (`INPUT-…`). `reeve doctor`
            says the same, and more.

            | In `reeve.yaml` | In the environment | Value | Without it | What it does |
            |---|---|---|---|---|

            """);
        foreach (Setting setting in ReeveSettings.All)
        {
            string names = string.Join(", ", new[] { setting.Variable, setting.ShortName }.OfType<string>().Select(name => $"`{name}`"));
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {(setting.Name is { } name ? $"`{name}`" : "–")} | {names} | {setting.Form} | {setting.Usually} | {setting.Meaning} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"\n```yaml\n{Sample}\n```\n\n");
        page.Append(
            """
            In the environment sections and keys are joined by two underscores, and items of a list are numbered from 0:

            ```sh
            export REEVE__STORE=sqlite:/var/lib/reeve/reeve.db REEVE__STORAGE__SLOTLEASESECONDS=30
            export REEVE__PACKS__FOLDERS__0=/etc/reeve/packs REEVE__PACKS__FOLDERS__1=/srv/packs
            ```

            The data folder is `$XDG_DATA_HOME/reeve`, which is `~/.local/share/reeve` unless set; on Windows `%LOCALAPPDATA%\Reeve`.

            """);
        return page.Replace("\r\n", "\n").ToString();
    }
}
