using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Values;

namespace Reeve.Tests.PackDocuments;

public sealed class HostilePackTests
{
    private static string CodeOf(byte[] text)
    {
        try
        {
            return DomainPackReader.Read(DocumentReader.ReadJson(text, JsonLimits.Default)).Errors.Select(error => error.Code).FirstOrDefault() ?? "";
        }
        catch (ReeveException fault)
        {
            return fault.Error.Code;
        }
    }

    private static string CodeOf(string text) => CodeOf(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Each_kind_of_bad_text_has_its_code()
    {
        CodeOf("").ShouldBe("INPUT-002");
        CodeOf("{\"a\":").ShouldBe("INPUT-003");
        CodeOf("{\"a\":1,\"a\":2}").ShouldBe("INPUT-006");
        CodeOf("{\"a\":\"\\u0000\"}").ShouldBe("INPUT-009");
        CodeOf("{\"a\":\"\\ud800\"}").ShouldBe("INPUT-009");
        CodeOf([.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]).ShouldBe("INPUT-005");
        CodeOf(new string('[', 200) + new string(']', 200)).ShouldBe("INPUT-007");
        CodeOf(new byte[JsonLimits.Default.MaxBytes + 1]).ShouldBe("INPUT-008");
    }

    [Fact]
    public void Ten_megabytes_of_unknown_fields_are_refused_in_good_time() =>
        CodeOf("{" + string.Join(",", Enumerable.Range(0, 500_000).Select(i => $"\"fieldnumber{i}\":{i}")) + "}").ShouldStartWith("PACK-0");

    [Fact]
    public void Ten_megabytes_of_one_name_are_refused() =>
        CodeOf("{\"domainName\":\"D\",\"exceptionTypes\":{\"" + new string('A', 10_000_000) + "\":{}}}").ShouldBe("PACK-008");

    [Fact]
    public void Ten_megabytes_of_rules_are_refused() =>
        CodeOf("{\"domainName\":\"D\",\"exceptionTypes\":{\"A\":{}},\"severityRules\":[" + string.Join(",", Enumerable.Repeat("{\"condition\":\"true\",\"severity\":\"LOW\"}", 200_000)) + "]}")
            .ShouldBe("PACK-023");

    [Fact]
    public void Ten_megabytes_of_step_text_are_read() =>
        CodeOf("{\"domainName\":\"D\",\"exceptionTypes\":{\"A\":{}},\"tools\":{\"t\":{\"description\":\"d\"}},\"playbooks\":[{\"exceptionType\":\"A\",\"steps\":[\""
            + string.Concat(Enumerable.Repeat("t( {t ", 1_600_000)) + "\"]}]}").ShouldBe("");

    [Fact]
    public void Ten_thousand_patterns_over_ten_thousand_types_end()
    {
        string types = string.Join(",", Enumerable.Range(0, 3_000).Select(i => $"\"AAAAAAAAAAAAAAAA{i}\":{{}}"));
        string patterns = string.Join(",", Enumerable.Range(0, 3_000).Select(i => $"\"*A*A*A{i}B\""));

        CodeOf($"{{\"domainName\":\"D\",\"exceptionTypes\":{{{types}}},\"playbooks\":[{{\"playbookId\":\"P\",\"appliesTo\":[{patterns}],\"steps\":[\"x\"]}}]}}").ShouldBe("PACK-010");
    }

    [Fact]
    public void An_expression_bomb_is_an_error_of_its_field()
    {
        string deep = new string('(', 10_000) + "true" + new string(')', 10_000);
        string nested = string.Concat(Enumerable.Repeat("[1,2].all(x, ", 300)) + "true" + new string(')', 300);

        foreach (string bomb in new[] { deep, nested, "'a'.matches('(a+)+(')" })
        {
            CodeOf($"{{\"domainName\":\"D\",\"exceptionTypes\":{{\"A\":{{}}}},\"severityRules\":[{{\"condition\":\"{bomb}\",\"severity\":\"LOW\"}}]}}").ShouldBe("PACK-012");
        }
    }
}
