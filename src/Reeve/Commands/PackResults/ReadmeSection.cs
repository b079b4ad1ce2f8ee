using System.Text.RegularExpressions;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands.PackResults;

/// <summary>
/// The part of a README that <c>reeve packs results</c> writes: between a line <c>&lt;!-- reeve packs results --as-of TIME --&gt;</c>, whose
/// time is optional, and a line <c>&lt;!-- end of results --&gt;</c>, each alone: in the middle of a sentence or in a block of code they
/// are words. Everything around it is its author's.
/// </summary>
internal sealed partial class ReadmeSection
{
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
        (int At, string Text)[] lines = [.. Lines(text)];
        (int At, Match Match)[] begins = [.. lines.Select(line => (line.At, Match: Begin().Match(line.Text))).Where(line => line.Match.Success)];
        int end = begins.Length == 1 ? lines.Where(line => line.At > begins[0].At && End().IsMatch(line.Text)).Select(line => line.At).DefaultIfEmpty(-1).First() : -1;
        if (end < 0)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.NoResultsSection, begins.Length > 1 ? "Several lines begin a section of results." : "A line that begins or ends the section is missing.", file));
        }

        string time = begins[0].Match.Groups["time"].Value;
        DateTimeOffset? asOf = null;
        if (time.Length > 0)
        {
            asOf = TimeText.HasOffset(time) && TimeText.TryRead(time, out DateTimeOffset read)
                ? read
                : throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.NoResultsSection, $"{Shown.Name(time)} is not a time with its offset.", file));
        }

        int start = begins[0].At + begins[0].Match.Groups["line"].Length;
        string lineEnd = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return new ReadmeSection(text[..start], text[start..end], text[end..], lineEnd, asOf);
    }

    /// <summary>Whether the section holds exactly this.</summary>
    internal bool Holds(string results) => inside.ReplaceLineEndings("\n") == Framed(results);

    /// <summary>The whole file with these results, in the line ends it has.</summary>
    internal string With(string results) => before + Framed(results).ReplaceLineEndings(lineEnd) + after;

    private static string Framed(string results) => $"\n\n{results.Trim()}\n\n";

    // Where each line starts, without its end and without those in fenced blocks of code (CommonMark 4.5). A mark of the byte order is no part of the first.
    private static IEnumerable<(int At, string Text)> Lines(string text)
    {
        string? fence = null;
        int at = text.StartsWith('\uFEFF') ? 1 : 0;
        while (at < text.Length)
        {
            int end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            string line = text[at..end].TrimEnd('\r');
            Match match = Fence().Match(line);
            string marks = match.Groups["marks"].Value;
            if (fence is null && !match.Success)
            {
                yield return (at, line);
            }
            else if (fence is null)
            {
                fence = marks;
            }
            else if (match.Success && marks[0] == fence[0] && marks.Length >= fence.Length && string.IsNullOrWhiteSpace(match.Groups["info"].Value))
            {
                fence = null;
            }

            at = end + 1;
        }
    }

    [GeneratedRegex(@"^(?<line><!-- reeve packs results(?: --as-of (?<time>[^\s>]+))? -->)[ \t]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Begin();

    [GeneratedRegex(@"^<!-- end of results -->[ \t]*$", RegexOptions.NonBacktracking)]
    private static partial Regex End();

    [GeneratedRegex(@"^ {0,3}(?:(?<marks>`{3,})(?<info>[^`]*)|(?<marks>~{3,})(?<info>.*))$", RegexOptions.NonBacktracking)]
    private static partial Regex Fence();
}
