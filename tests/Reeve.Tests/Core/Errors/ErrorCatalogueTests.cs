using System.Text.RegularExpressions;
using Reeve.Core.Errors;

namespace Reeve.Tests.Errors;

/// <summary>The catalogue keeps its own rules, and its page is the one that is committed.</summary>
public sealed class ErrorCatalogueTests
{
    [Fact]
    public void Codes_are_unique() => ErrorCatalogue.All.Select(code => code.Code).ShouldBeUnique();

    [Fact]
    public void Codes_have_an_area_and_a_number() =>
        ErrorCatalogue.All.Where(code => !Regex.IsMatch(code.Code, "^[A-Z]{2,6}-[0-9]{3}$", RegexOptions.None, TimeSpan.FromSeconds(1))).ShouldBeEmpty();

    [Fact]
    public void Every_area_has_codes_and_one_prefix_of_its_own()
    {
        ErrorCatalogue.Areas.Where(area => area.Codes.Count == 0).ShouldBeEmpty();
        ErrorCatalogue.Areas.Select(area => area.Codes.Select(code => code.Code.Split('-')[0]).Distinct().Single()).ShouldBeUnique();
    }

    [Fact]
    public void Every_code_says_what_it_is_and_what_to_do()
    {
        foreach (ErrorCode code in ErrorCatalogue.All)
        {
            code.HttpStatus.ShouldBeInRange(400, 599, code.Code);
            code.Title.ShouldEndWith(".");
            code.NextStep.ShouldEndWith(".");
        }
    }

    [Theory]
    [InlineData("VAL-001", "VAL-002", "VAL-003")]
    [InlineData("AGT-001", "AGT-002", "AGT-003")]
    [InlineData("RES-001", "CTX-001", "REV-001", "DEP-001", "CFG-001")]
    [InlineData("EXE-001", "EXE-002", "EXE-003")]
    [InlineData("MOD-401", "MOD-429", "MOD-500", "MOD-001", "MOD-002")]
    public void The_codes_of_the_agent_runtime_are_taken(params string[] codes) => codes.Except(ErrorCatalogue.All.Select(code => code.Code)).ShouldBeEmpty();

    [Fact]
    public void The_committed_page_is_the_catalogue() => CommittedDocument.ShouldBeCurrent("docs/errors.md", ErrorDocument.Render());

    [Fact]
    public void A_bar_in_a_text_does_not_break_the_table()
    {
        ErrorArea area = new("DeepThings", [new ErrorCode("DEEP-001", "Left | right.", 400, "Choose.", IsTransient: true)]);

        string page = ErrorDocument.Render([area]);

        page.ShouldContain("## DEEP: deep things\n");
        page.ShouldContain("| `DEEP-001` | Left \\| right. | 400 | yes | Choose. |\n");
    }
}
