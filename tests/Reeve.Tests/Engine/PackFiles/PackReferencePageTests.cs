using System.Text;
using System.Text.RegularExpressions;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Engine.PackFiles;
using Reeve.Tests.Architecture;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.PackFiles;

public sealed partial class PackReferencePageTests
{
    [Fact]
    public void The_example_of_the_reference_is_valid_and_means_what_the_page_says()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "packs.md")).ReplaceLineEndings("\n");
        string[] examples = [.. Example().Matches(page).Select(match => match.Groups["text"].Value)];

        examples.Length.ShouldBe(2);
        var domain = DomainPackReader.Read(PackFileReader.Parse(Encoding.UTF8.GetBytes(examples[0]), "domain.yaml"));
        PackTexts.Describe([.. domain.Errors, .. domain.Warnings]).ShouldBe("");
        var policy = TenantPolicyReader.Read(PackFileReader.Parse(Encoding.UTF8.GetBytes(examples[1]), "policy.yaml"));
        PackTexts.Describe([.. policy.Errors, .. policy.Warnings]).ShouldBe("");
        var bound = PolicyBinder.Bind(domain.Pack!, policy.Pack!);
        PackTexts.Describe([.. bound.Errors, .. bound.Warnings]).ShouldBe("");

        bound.Pack!.Tools.Find("refund")!.Parameters.ShouldBe([new ToolParameter("orderId", "string", true), new ToolParameter("note", "string", false)]);
        bound.Pack.ApprovedProcesses.ShouldBe(["LOST"]);
        bound.Pack.TestSuites.SelectMany(suite => suite.Cases).ShouldAllBe(test => test.Fault == null);
    }

    [GeneratedRegex("```yaml\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Example();
}
