namespace Reeve.IntegrationTests;

/// <summary>0 done, 1 refused input, 2 usage, 3 a failed check (EX-CLI-1); errors on standard error, data on standard output.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task What_is_done_ends_with_0_and_its_data_on_standard_output()
    {
        string cases = here.Write("cases.jsonl", """{"id":"sum","expr":"1 + 1","expect":{"value":{"int":"2"}}}""");
        string schemas = here.Write("schemas.jsonl", """{"file":"f","group":"g","test":"t","schema":{"type":"string"},"data":"x","valid":true}""");

        await Done(RunFolder.Run(RunFolder.Items));
        await Done("packs", "validate", RunFolder.Domain, RunFolder.Policy);
        await Done("packs", "show", RunFolder.Domain, RunFolder.Policy);
        await Done("packs", "test", RunFolder.Domain, RunFolder.Policy);
        (await Done("expr", "eval", "size([1, 2]) + 40")).Text.ShouldBe("42\n");
        (await Done("expr", "test", "--input", cases)).Text.ShouldEndWith("1 passed, 0 failed\n");
        (await Done("schema", "test", "--input", schemas)).Text.ShouldEndWith("1 passed, 0 failed, 0 refused\n");
        (await Done("--version")).Text.ShouldStartWith("0.");
        (await Done("--help")).Text.ShouldContain("packs");

        static async Task<Ended> Done(params string[] arguments)
        {
            Ended ended = (await ReeveProgram.RunAsync(arguments)).ShouldEndWith(0);
            ended.Output.ShouldNotBeEmpty();
            ended.Talk.ShouldNotContain("Next: ");
            return ended;
        }
    }

    [Fact]
    public async Task Refused_input_ends_with_1_and_a_code_and_a_next_step_on_standard_error()
    {
        string bad = here.Write("bad.json", """{"domainName": "Bad"}""");
        string missing = here.File("missing.json");

        (await Refused("PACK-", "packs", "validate", bad)).Output.ShouldNotBeEmpty();
        await Refused("PACK-", "packs", "show", bad);
        await Refused("PACK-", "packs", "test", bad);
        await Refused("PACK-", "run", "--domain-pack", bad, "--tenant-policy", RunFolder.Policy, "--input", RunFolder.Items);
        await Refused("INPUT-001", "packs", "validate", missing);
        await Refused("INPUT-001", "packs", "test", missing);
        await Refused("INPUT-001", "run", "--domain-pack", missing, "--tenant-policy", RunFolder.Policy, "--input", RunFolder.Items);
        await Refused("INPUT-001", RunFolder.Run(missing));
        await Refused("INPUT-001", "expr", "test", "--input", missing);
        await Refused("INPUT-001", "expr", "eval", "1", "--vars", missing);
        await Refused("INPUT-001", "schema", "test", "--input", missing);
        await Refused("EXPR-001", "expr", "eval", "1 +");
        await Refused("EXPR-", "expr", "eval", "1 / 0");

        static async Task<Ended> Refused(string code, params string[] arguments) => (await ReeveProgram.RunAsync(arguments)).ShouldRefuseWith(code);
    }

    [Fact]
    public async Task A_run_that_accepts_nothing_ends_with_1_and_still_answers()
    {
        string input = here.Write("in.json", """[{"rawPayload": 1}, {"rawPayload": {}, "colour": "red"}]""");
        string output = here.File("out.json");

        Ended ended = (await ReeveProgram.RunAsync(RunFolder.Run(input, "--output", output))).ShouldEndWith(1);

        ended.Talk.ShouldContain("2 refused");
        RunResults.Read(await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken)).Select(RunResults.Outcome)
            .ShouldAllBe(outcome => outcome.StartsWith("INTAKE-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("run")]
    [InlineData("run", "--domain-pack", "a.json", "--tenant-policy", "b.json")]
    [InlineData("run", "--domain-pack", "a.json", "--tenant-policy", "b.json", "--input", "-", "--colour", "red")]
    [InlineData("run", "--domain-pack", "a.json", "--tenant-policy", "b.json", "--input", "-", "--workers", "0")]
    [InlineData("run", "--domain-pack", "a.json", "--tenant-policy", "b.json", "--input", "-", "--as-of", "yesterday")]
    [InlineData("run", "--domain-pack", "a.json", "--tenant-policy", "b.json", "--input", "-", "-o", "xml")]
    [InlineData("packs")]
    [InlineData("packs", "validate")]
    [InlineData("packs", "frobnicate", "a.json")]
    [InlineData("expr", "eval")]
    [InlineData("expr", "test")]
    [InlineData("schema", "test", "--inputs", "x")]
    public async Task Words_that_say_nothing_end_with_2_and_say_where_help_is(params string[] words)
    {
        Ended ended = (await ReeveProgram.RunAsync(words)).ShouldEndWith(2);

        ended.Talk.ShouldContain("--help");
        ended.Talk.Split('\n').Length.ShouldBeLessThan(12);
    }

    [Fact]
    public async Task A_failed_check_ends_with_3_and_says_what_was_expected()
    {
        string cases = here.Write("cases.jsonl", """{"id":"sum","expr":"1 + 1","expect":{"value":{"int":"3"}}}""");
        string schemas = here.Write("schemas.jsonl", """{"file":"f","group":"g","test":"t","schema":{"type":"string"},"data":5,"valid":true}""");
        string domain = here.Write("domain.json", File.ReadAllText(RunFolder.Domain).Replace("\"severity\": \"MEDIUM\", \"resolutionStatus\"", "\"severity\": \"HIGH\", \"resolutionStatus\"", StringComparison.Ordinal));

        Ended pack = (await ReeveProgram.RunAsync("packs", "test", domain, RunFolder.Policy)).ShouldEndWith(3);

        pack.Text.ShouldContain("severity: expected \"HIGH\", got \"MEDIUM\"");
        pack.Text.ShouldContain("0 passed, 1 failed");
        (await ReeveProgram.RunAsync("expr", "test", "--input", cases)).ShouldEndWith(3).Text.ShouldContain("0 passed, 1 failed");
        (await ReeveProgram.RunAsync("schema", "test", "--input", schemas)).ShouldEndWith(3).Text.ShouldContain("0 passed, 1 failed, 0 refused");
    }
}
