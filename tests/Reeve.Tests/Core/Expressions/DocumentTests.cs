using System.Text.RegularExpressions;
using Reeve.Core.Expressions;

namespace Reeve.Tests.Expressions;

public sealed partial class DocumentTests
{
    [Fact]
    public void The_document_lists_exactly_the_functions_that_exist()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "expressions.md"));

        IEnumerable<string> listed = Listed().Matches(Section(document, "## Functions")).Select(match => match.Groups[1].Value).Distinct();

        listed.Order(StringComparer.Ordinal).ShouldBe(Expression.FunctionNames);
    }

    private static string Section(string document, string heading)
    {
        int start = document.IndexOf(heading, StringComparison.Ordinal);
        int end = document.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return document[start..(end < 0 ? document.Length : end)];
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Reeve.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder.ShouldNotBeNull();
    }

    // A function is listed as `name(…)`, a member as `x.name(…)` with a one-letter target.
    [GeneratedRegex(@"`(?:[a-z]\.)?([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)?)\(", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listed();
}
