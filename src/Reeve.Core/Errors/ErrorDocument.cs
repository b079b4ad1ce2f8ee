using System.Globalization;
using System.Text;

namespace Reeve.Core.Errors;

/// <summary>The catalogue as a page for people: <c>docs/errors.md</c>.</summary>
public static class ErrorDocument
{
    /// <summary>The whole page as Markdown, with LF ends.</summary>
    public static string Render() => Render(ErrorCatalogue.Areas);

    /// <summary>The page of the areas given.</summary>
    public static string Render(IReadOnlyList<ErrorArea> areas)
    {
        StringBuilder page = new();
        page.Append(
            """
            # Errors

            Generated from the catalogue in `src/Reeve.Core/Errors`; do not edit (CONTRIBUTING.md says how to write it anew).

            A code keeps its meaning for good and is never used for another. *HTTP* is the status of a request that ends in the
            error, as `application/problem+json` of type `urn:reeve:error:<code>`. *Again?* says whether the same call may succeed
            later without a change. A *reserved* code is not raised yet.

            """);
        foreach (ErrorArea area in areas)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {Prefix(area)}: {Words(area.Name)}\n\n");
            page.Append("| Code | What it means | HTTP | Again? | Next step |\n|---|---|---|---|---|\n");
            foreach (ErrorCode code in area.Codes)
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{code.Code}`{(code.IsReserved ? " *reserved*" : "")} | {Cell(code.Title)} | {code.HttpStatus} | {(code.IsTransient ? "yes" : "no")} | {Cell(code.NextStep)} |\n");
            }
        }

        return page.Replace("\r\n", "\n").ToString();
    }

    private static string Prefix(ErrorArea area) => area.Codes[0].Code.Split('-')[0];

    // RuntimeAgents reads as "runtime agents".
    private static string Words(string name)
    {
        StringBuilder words = new(name.Length + 4);
        foreach (char letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
