using System.Globalization;
using Reeve.Fuzz;

namespace Reeve.IntegrationTests;

/// <summary>A slice of the fuzz campaign (CONTRIBUTING.md). The seed is fixed, so that a failure here repeats.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void A_slice_of_the_campaign_finds_nothing_that_escapes_or_hangs()
    {
        // The campaign itself allows a case 2 s; here it may run instrumented, beside everything else.
        CampaignOptions options = new() { Seed = 7, Cases = 3_000, CaseLimit = TimeSpan.FromSeconds(20) };
        BasePack pack = BasePack.BuiltIn();

        CampaignReport report = new Campaign(options, [new ExpressionDoor(pack), new PayloadDoor([pack]), new PackDoor([pack])], TextWriter.Null).Run();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Ran} cases; the slowest took {report.Slowest.Milliseconds:0} ms"));
        report.Failures.Select(failure => Campaign.Describe(failure, options.Seed)).ShouldBeEmpty();
        report.Hung.ShouldBeNull();
        report.Ran.ShouldBe(options.Cases);
        report.Kinds["pack bound"].ShouldBeGreaterThan(50);
        report.Kinds["payload decided"].ShouldBeGreaterThan(300);
        report.Kinds["expression value"].ShouldBeGreaterThan(200);
    }

    [Fact]
    public void A_case_is_the_same_whenever_it_is_made()
    {
        BasePack pack = BasePack.BuiltIn();
        IDoor[] doors = [new ExpressionDoor(pack), new PayloadDoor([pack]), new PackDoor([pack])];

        for (long number = 0; number < 50; number++)
        {
            (IDoor door, FuzzInput input) = new Campaign(new CampaignOptions(), doors, TextWriter.Null).Make(number);
            (IDoor again, FuzzInput repeated) = new Campaign(new CampaignOptions(), doors, TextWriter.Null).Make(number);

            again.ShouldBeSameAs(door);
            repeated.Bytes.ShouldBe(input.Bytes);
        }
    }

    [Fact]
    public void A_failure_is_found_made_smaller_and_counted_once_per_way()
    {
        CampaignReport report = new Campaign(new CampaignOptions { Cases = 200 }, [new BrokenDoor()], TextWriter.Null).Run();

        Failure escaped = report.Failures.Single(failure => failure.Signature.Contains("FormatException", StringComparison.Ordinal));
        escaped.Input.Bytes.ShouldBe("!"u8.ToArray());
        Failure promise = report.Failures.Single(failure => failure.Signature == "broken: It said 0");
        promise.Input.Bytes.ShouldBe("0"u8.ToArray());
        report.Failures.Count.ShouldBe(2);
        report.Failed.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void A_case_that_never_ends_ends_the_campaign_and_is_named()
    {
        using ManualResetEventSlim never = new();
        CampaignOptions options = new() { Cases = 5, HangLimit = TimeSpan.FromMilliseconds(500) };

        CampaignReport report = new Campaign(options, [new StuckDoor(never)], TextWriter.Null).Run();
        never.Set();

        report.Hung.ShouldBe(0);
    }

    [Fact]
    public void A_campaign_goes_on_where_it_stood_and_names_the_case_that_ended_the_process()
    {
        using RunFolder here = new();
        string file = here.File("state.txt");
        using (CampaignState state = CampaignState.Open(file, "reeve-fuzz seed 1"))
        {
            new Campaign(new CampaignOptions { Cases = 10 }, [new BrokenDoor()], TextWriter.Null, state).Run().Ran.ShouldBe(10);
            state.Begin(10);
        }

        using CampaignState resumed = CampaignState.Open(file, "reeve-fuzz seed 1");

        resumed.Crashed.ShouldBe(10);
        resumed.Next.ShouldBe(11);
        File.ReadAllLines(file).Length.ShouldBeGreaterThan(2);
        Should.Throw<ArgumentException>(() => CampaignState.Open(here.Write("other.txt", "reeve-fuzz seed 2\ncase 1 next\n"), "reeve-fuzz seed 1"));
    }

    /// <summary>Throws at '!' and breaks a promise at '0'.</summary>
    private sealed class BrokenDoor : IDoor
    {
        public string Name => "broken";

        public FuzzInput Make(Dice dice) => new("", [.. Enumerable.Range(0, 20).Select(_ => (byte)"abcdefghij0!"[dice.Below(12)])]);

        public Outcome Try(FuzzInput input)
        {
            if (input.Bytes.Contains((byte)'!'))
            {
                throw new FormatException("It said !");
            }

            return new Outcome("fine", input.Bytes.Contains((byte)'0') ? "It said 0: nobody may" : null);
        }
    }

    private sealed class StuckDoor(ManualResetEventSlim never) : IDoor
    {
        public string Name => "stuck";

        public FuzzInput Make(Dice dice) => new("", []);

        public Outcome Try(FuzzInput input)
        {
            never.Wait();
            return new Outcome("fine");
        }
    }
}
