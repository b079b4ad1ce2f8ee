using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>A pack whose playbooks are structured resolves what it is meant to resolve (EX-ACC-7).</summary>
public sealed class AutoResolutionTests
{
    [Fact]
    public async Task Four_of_five_exceptions_of_a_structured_pack_would_be_resolved_by_themselves()
    {
        Ended ended = (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "-o", "json", "--as-of", RunFolder.AsOf))).ShouldEndWith(0);

        IReadOnlyList<MapValue> results = RunResults.Read(ended.Output);
        MapValue[] plans = [.. results.Select(result => result["stages"].AsMap()["resolution"].AsMap()["details"].AsMap())];
        int resolved = plans.Count(plan => plan["projectedStatus"].AsString() == "RESOLVED");
        (resolved / (double)results.Count).ShouldBeGreaterThanOrEqualTo(0.8);
        ended.Talk.ShouldContain($"{resolved} would be RESOLVED automatically");
    }

    [Fact]
    public async Task What_is_critical_is_not_among_them_and_says_who_must_agree()
    {
        MapValue lost = (await RunFolder.DecideAsync(RunFolder.Items)).Single(result => result["exception"].AsMap()["severity"].AsString() == "CRITICAL");

        lost["status"].AsString().ShouldBe("PENDING_APPROVAL");
        lost["stages"].AsMap()["policy"].AsMap()["decision"].AsString().ShouldBe("REQUIRE_APPROVAL");
        lost["evidence"].AsList().Items.ToArray().Select(reason => reason.AsString())
            .ShouldContain(reason => reason.Contains("noAutoActionIfSeverityIn:CRITICAL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_stage_leaves_its_trace_and_no_tool_outside_the_policy_is_planned()
    {
        IReadOnlyList<MapValue> results = await RunFolder.DecideAsync(RunFolder.Items);

        foreach (MapValue result in results)
        {
            result["exception"].AsMap()["auditTrail"].AsList().Count.ShouldBeGreaterThanOrEqualTo(6);
            foreach (Value step in result["stages"].AsMap()["resolution"].AsMap()["details"].AsMap()["resolvedPlan"].AsList().Items)
            {
                (step.AsMap()["tool"].StringOrNull() ?? "locate").ShouldBeOneOf("locate", "reroute", "recall", "printLabel", "refund");
            }
        }
    }
}
