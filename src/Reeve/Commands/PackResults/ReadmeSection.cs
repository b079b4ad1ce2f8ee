using System.Globalization;
using System.Text.RegularExpressions;
using Reeve.Core.Errors;

namespace Reeve.Commands.PackResults;

/// <summary>
/// The part of a README that <c>reeve packs results</c> writes: between a line <c>&lt;!-- reeve packs results --as-of TIME --&gt;</c>, whose
/// time is optional, and a line <c>&lt;!-- end of results --&gt;</c>. Everything around it is its author's.
/// </summary>
internal sealed partial class ReadmeSection
{
    private const string End = "<!-- end of results -->";

    private readonly string before;
    private readonly string inside;
    private readonly string after;
    private readonly string lineEnd;

    private ReadmeSection(string before, string inside, string after, string lineEnd, DateTimeOffset? asOf)
    {
        this.before = before;
        this.inside = inside;
        this.after = after;
        this.lineEnd = lineEnd;
        AsOf = asOf;
    }

    /// <summary>The time that the first line gives; null when it gives none.</summary>
    internal DateTimeOffset? AsOf { get; }

    /// <summary>Finds the section.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="file">Its path as the user wrote it.</param>
    /// <exception cref="ReeveException">PACK-047: a line is missing, stands twice, or gives no time.</exception>
    internal static ReadmeSection Find(string text, string file)
    {
        MatchCollection begins = Begin().Matches(text);
        int end = begins.Count == 1 ? text.IndexOf(End, begins[0].Index, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.NoResultsSection, begins.Count > 1 ? "Several lines begin a section of results." : "A line that begins or ends the section is missing.", file));
        }

        string time = begins[0].Groups["time"].Value;
        DateTimeOffset? asOf = null;
        if (time.Length > 0)
        {
            asOf = DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset read)
                ? read
                : throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.NoResultsSection, $"'{time}' is no time.", file));
        }

        int start = begins[0].Index + begins[0].Length;
        string lineEnd = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return new ReadmeSection(text[..start], text[start..end], text[end..], lineEnd, asOf);
    }

    /// <summary>Whether the section holds exactly this.</summary>
    internal bool Holds(string results) => inside.ReplaceLineEndings("\n") == Framed(results);

    /// <summary>The whole file with these results, in the line ends it has.</summary>
    internal string With(string results) => before + Framed(results).ReplaceLineEndings(lineEnd) + after;

    private static string Framed(string results) => $"\n\n{results.Trim()}\n\n";

    [GeneratedRegex(@"<!-- reeve packs results(?: --as-of (?<time>[^\s>]+))? -->", RegexOptions.NonBacktracking)]
    private static partial Regex Begin();
}
