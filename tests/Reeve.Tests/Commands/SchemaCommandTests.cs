using System.CommandLine;
using Reeve.Commands;

namespace Reeve.Tests.Commands;

public sealed class SchemaCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("reeve-schema-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Cases_are_counted()
    {
        string cases = Write("cases.jsonl", """
            {"file":"f","group":"g","test":"a","schema":{"type":"string"},"data":"x","valid":true}
            {"file":"f","group":"g","test":"b","schema":{"type":"string"},"data":"\u0000","valid":true}

            {"file":"f","group":"remote","test":"c","schema":{"$ref":"other.json"},"data":1,"valid":true}
            """);

        (int exit, string output, string talk) = Run("test", "--input", cases);

        exit.ShouldBe(0);
        output.TrimEnd().ShouldBe("2 passed, 0 failed, 1 refused");
        talk.ShouldContain("SCHEMA-003 f: remote");
    }

    [Fact]
    public void A_failing_case_is_named_and_exits_3()
    {
        string cases = Write("cases.jsonl", """
            {"file":"f","group":"g","test":"wrong one","schema":{"type":"string"},"data":1,"valid":true}
            not json
            {"schema":{}}
            """);

        (int exit, string output, string talk) = Run("test", "--input", cases);

        exit.ShouldBe(3);
        output.TrimEnd().ShouldBe("0 passed, 3 failed, 0 refused");
        talk.ShouldContain("wrong one");
        talk.ShouldContain("line 2: INPUT-003");
        talk.ShouldContain("line 3");
    }

    [Fact]
    public void A_missing_file_exits_1_with_its_code()
    {
        (int exit, _, string talk) = Run("test", "--input", Path.Combine(folder.FullName, "none.jsonl"));

        exit.ShouldBe(1);
        talk.ShouldContain("INPUT-001");
    }

    [Fact]
    public void A_document_is_judged()
    {
        string schema = Write("schema.json", """{"properties":{"a":{"type":"integer"}}}""");

        Run("validate", "--schema", schema, "--input", Write("good.json", """{"a":1}""")).ShouldBe((0, "valid" + Environment.NewLine, ""));
        (int exit, string output, _) = Run("validate", "--schema", schema, "--input", Write("bad.json", """{"a":"x"}"""));

        exit.ShouldBe(3);
        output.ShouldContain("/a: is string, expected integer");
    }

    [Fact]
    public void A_schema_that_is_refused_exits_1_with_every_reason()
    {
        (int exit, _, string talk) = Run("validate", "--schema", Write("schema.json", """{"typo":1,"type":"x"}"""), "--input", Write("d.json", "1"));

        exit.ShouldBe(1);
        talk.ShouldContain("SCHEMA-001");
        talk.ShouldContain("SCHEMA-002");
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static (int Exit, string Output, string Talk) Run(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter talk = new();
        int exit = SchemaCommand.Build().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = talk });
        return (exit, output.ToString(), talk.ToString());
    }
}
