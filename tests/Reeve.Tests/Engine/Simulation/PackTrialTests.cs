using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Policies;
using Reeve.Engine.Intake;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;

namespace Reeve.Tests.Simulation;

/// <summary>A candidate is compared with what is active, exception by exception (EX-PACK-13).</summary>
public sealed class PackTrialTests
{
    private const string Items = """
        [{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48},
         {"exceptionType":"DELAYED","parcel":"P2","hoursLate":80},
         {"exceptionType":"SCANNED","parcel":"P3"}]
        """;

    [Fact]
    public async Task The_same_packs_change_nothing() => (await TryAsync(Make.Bound(), Make.Bound())).IsSame.ShouldBeTrue();

    [Fact]
    public async Task What_would_change_is_listed_for_those_it_changes()
    {
        BoundPolicy candidate = Make.Bound(Make.Domain, Make.With(Make.Policy, "approvedBusinessProcesses", "[]"));

        TrialReport report = await TryAsync(Make.Bound(), candidate);

        report.Active.ShouldBe(3);
        TrialDifference first = report.Differences[0];
        (first.Item, first.ExceptionId is not null).ShouldBe((1, true));
        first.Fields.ShouldContain(new TrialField("actionability", "ACTIONABLE_APPROVED_PROCESS", "ACTIONABLE_NON_APPROVED_PROCESS"));
        report.Differences.Select(item => item.Item).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Another_reason_for_the_same_outcome_is_told_as_detail()
    {
        BoundPolicy candidate = Make.Bound(Make.Domain.Replace("\"very-late\"", "\"much-too-late\"", StringComparison.Ordinal));

        TrialReport report = await TryAsync(Make.Bound(), candidate);

        report.Differences.ShouldHaveSingleItem().Fields.ShouldHaveSingleItem().Name.ShouldBe("details");
    }

    private static Task<TrialReport> TryAsync(BoundPolicy active, BoundPolicy candidate) => new PackTrial(new ThreadRuntime(new FakeTime()), NullLogger.Instance).RunAsync(
        active, candidate, [.. BatchReader.Split(Encoding.UTF8.GetBytes(Items))], Make.Now, TestContext.Current.CancellationToken);
}
