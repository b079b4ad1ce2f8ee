using Reeve.Commands;
using Reeve.Core.Values;

namespace Reeve.Tests.Commands;

/// <summary><c>reeve packs mutate</c>.</summary>
public sealed class PacksMutateTests : IDisposable
{
    private const string Late = """{"caseId":"late","input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":100,"amount":1},"expectedOutput":EXPECTED}""";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("20", 0)]
    [InlineData("20.1", 3)]
    [InlineData(null, 3)]
    [InlineData("many", 2)]
    public async Task The_share_that_is_noticed_decides(string? threshold, int expected)
    {
        Save("""{"severity":"HIGH"}""");

        var (exit, output, talk) = await Contexts.Invoke(["packs", "mutate", folder.Path, .. threshold is null ? (string[])[] : ["--threshold", threshold]]);

        exit.ShouldBe(expected, talk);
        if (expected != 2)
        {
            output.ShouldContain("Nobody would miss dear (/guardrails/rules/0). A case in which it speaks would: expect violatedRules as a list.");
            output.ShouldContain("NORTH: 1 caught, 4 survived; 20 % noticed (");
        }

        if (expected == 3)
        {
            talk.Trim().ShouldBe($"Under NORTH the tests notice 20 % of what is missing; {threshold ?? "95"} % is asked.");
        }
    }

    [Fact]
    public async Task Every_mutant_comes_with_its_place_and_what_came_of_it()
    {
        Save("""{"severity":"HIGH"}""");

        var (_, json, _) = await Contexts.Invoke("packs", "mutate", folder.Path, "-o", "json");
        var (_, lines, _) = await Contexts.Invoke("packs", "mutate", folder.Path, "-o", "jsonl");

        MapValue report = JsonText.Parse(json).AsMap();
        (report["total"].AsInt(), report["caught"].AsInt(), report["survived"].AsInt(), report["refused"].AsInt(), report["share"].AsDouble()).ShouldBe((5, 1, 4, 0, 0.2));
        report["policies"].AsList()[0].AsMap()["tenantId"].AsString().ShouldBe("NORTH");
        report["mutants"].AsList()[2].ShouldBe(Value.Of(ObjectMap.Of(
            ("tenantId", Value.Of("NORTH")), ("outcome", Value.Of("caught")), ("section", Value.Of("severityRules")), ("id", Value.Of("very-late")), ("document", Value.Of("domain")),
            ("file", Value.Of(folder.File("domain.json"))), ("pointer", Value.Of("/severityRules/0")), ("case", Value.Of("core/late")), ("error", Value.Null), ("advice", Value.Null))));
        lines.TrimEnd().Split('\n').Length.ShouldBe(5);
    }

    [Fact]
    public async Task Tests_that_fail_as_they_are_say_nothing_about_what_is_missing()
    {
        Save("""{"severity":"LOW"}""");

        var (exit, output, talk) = await Contexts.Invoke("packs", "mutate", folder.Path);

        (exit, output).ShouldBe((3, ""));
        talk.ShouldContain("Under NORTH 1 of 1 cases fail with nothing taken out, such as core/late, so nothing was tried.");
        JsonText.Parse((await Contexts.Invoke("packs", "mutate", folder.Path, "-o", "json")).Output).AsMap()["share"].IsNull.ShouldBeTrue();
    }

    [Fact]
    public async Task Long_work_says_how_far_it_has_come_where_somebody_looks()
    {
        Save("""{"severity":"HIGH"}""");
        StringWriter passing = new();

        await Invoke(passing, new HurriedTime(TimeSpan.FromSeconds(3)), "packs", "mutate", folder.Path);
        string shown = passing.ToString();
        passing.GetStringBuilder().Clear();
        await Invoke(passing, new HurriedTime(TimeSpan.Zero), "packs", "mutate", folder.Path);

        shown.ShouldContain("\rNORTH: 5 of 5");
        shown.ShouldEndWith("\r");
        passing.ToString().ShouldBeEmpty();
    }

    private void Save(string expected)
    {
        File.WriteAllText(folder.File("domain.json"), Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","cases":[{{Late.Replace("EXPECTED", expected, StringComparison.Ordinal)}}]}]"""));
        File.WriteAllText(folder.File("policy.json"), Make.Policy);
    }

    private static Task<int> Invoke(TextWriter passing, TimeProvider clock, params string[] words) =>
        CommandLine.InvokeAsync(Contexts.Of(new StringWriter(), new StringWriter(), words) with { Passing = passing, Clock = clock }, TestContext.Current.CancellationToken);

    // Each look at the clock finds it later.
    private sealed class HurriedTime(TimeSpan step) : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref ticks, step.Ticks);

        public override DateTimeOffset GetUtcNow() => Make.Now;
    }
}
