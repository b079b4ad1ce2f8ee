using System.Text.Json.Nodes;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Load;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Reeve.IntegrationTests.Load;

/// <summary>Slices of the load generator (docs/performance.md). Nothing that depends on how fast this machine is now is held.</summary>
public sealed class LoadRunTests
{
    private static readonly string[] Always =
    [
        "exceptionsPerSecond", "ceilingPerSecond", "ratio", "rowsPerException", "p50Ms", "p95Ms", "p99Ms", "p999Ms", "cpuSecondsPerException",
        "engineCpuSecondsPerException", "generatorCpuSecondsPerException", "bytesAllocatedPerException", "nodes", "store", "callers", "tenants", "seconds", "errors", "commitP99Ms",
    ];

    private static readonly string[] OnLinux = ["rssMb", "bytesPerException"];

    [Fact]
    public async Task A_run_reports_what_was_decided_what_it_cost_and_what_the_database_alone_does()
    {
        using TemporaryFolder folder = new();
        LoadOptions options = new() { Store = "sqlite:" + folder.File("load.db"), Seconds = 2, Warmup = 0.2, CeilingSeconds = 0.2, Tenants = 3, Callers = 4, Batch = 2 };

        LoadReport report = await new LoadRun(options, TextWriter.Null).RunAsync(TestContext.Current.CancellationToken);

        report.FirstError.ShouldBeNull();
        report.Errors.ShouldBe(0);
        report.Exceptions.ShouldBeGreaterThan(0);
        JsonObject json = JsonNode.Parse(LoadReport.ToJson(report)).ShouldNotBeNull().AsObject();
        foreach (string name in (string[])[.. Always, .. OperatingSystem.IsLinux() ? OnLinux : []])
        {
            json[name].ShouldNotBeNull(name);
        }

        ((string?)json["store"]).ShouldBe("sqlite");
        double ceiling = (double)json["ceilingPerSecond"]!;
        (ceiling < 20_000 ? json["ratio"]!.GetValueKind() : System.Text.Json.JsonValueKind.String).ShouldBe(System.Text.Json.JsonValueKind.String);
        await HoldsAsync(options.Store, report);
    }

    [Fact]
    public async Task An_open_loop_begins_what_it_was_told_to_and_no_more()
    {
        using TemporaryFolder folder = new();
        LoadOptions options = new() { Store = "sqlite:" + folder.File("load.db"), Seconds = 1, Warmup = 0, CeilingSeconds = 0, Tenants = 2, Callers = 8, Rate = 40, CommitsStages = true };

        LoadReport report = await new LoadRun(options, TextWriter.Null).RunAsync(TestContext.Current.CancellationToken);

        (report.Exceptions, report.Errors, report.Ratio).ShouldBe((40, 0, null));
    }

    [Fact]
    public async Task A_store_is_filled_up_to_the_number_given_and_then_left_as_it_is()
    {
        using TemporaryFolder folder = new();
        LoadOptions options = new() { Store = "sqlite:" + folder.File("load.db"), Seconds = 0.1, Warmup = 0, CeilingSeconds = 0, Tenants = 2, Callers = 1, Rate = 10, Stored = 2_500, StoredFull = 100 };

        await new LoadRun(options, TextWriter.Null).RunAsync(TestContext.Current.CancellationToken);
        long once = await CountAsync(options.Store);
        await new LoadRun(options with { Stored = 2_000 }, TextWriter.Null).RunAsync(TestContext.Current.CancellationToken);
        long twice = await CountAsync(options.Store);

        // Each run adds eight real ones to take their shape from, and one that is measured.
        (once, twice - once).ShouldBe((2_601, 9));
    }

    [Fact]
    public async Task A_store_that_has_somebody_s_tenants_is_left_alone()
    {
        using TemporaryFolder folder = new();
        string store = "sqlite:" + folder.File("theirs.db");
        StoreAddress address = StoreAddress.Parse(store, "/");
        await using (StoreSession session = await StoreSession.OpenAsync(address, new StoreSessionOptions(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken))
        {
            Principal actor = new(PrincipalKind.Service, "local:test", "tests", [Roles.Platform]);
            await session.Tenants.CreateAsync(new TenantId("NORTH"), null, AutomationMode.Shadow, actor, TestContext.Current.CancellationToken);
        }

        FormatException refused = await Should.ThrowAsync<FormatException>(
            () => new LoadRun(new LoadOptions { Store = store }, TextWriter.Null).RunAsync(TestContext.Current.CancellationToken));

        refused.Message.ShouldContain("NORTH");
    }

    // What was reported as decided is there, and more only from warming up and from the ceiling.
    private static async Task HoldsAsync(string store, LoadReport report) => (await CountAsync(store)).ShouldBeGreaterThanOrEqualTo(report.Exceptions);

    private static async Task<long> CountAsync(string store)
    {
        await using SqliteDatabase database = new(StoreAddress.Parse(store, "/"));
        IReadOnlyList<long> count = await database.ReadAcrossAsync(
            new Statement("select count(*) from exceptions") { AcrossTenants = true }, static _ => { }, static row => row.Long(0), TestContext.Current.CancellationToken);
        return count[0];
    }
}
