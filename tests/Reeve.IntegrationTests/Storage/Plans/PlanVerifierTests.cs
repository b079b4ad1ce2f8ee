using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Plans;

/// <summary>Every statement that must be served by an index is, over empty tables and over full ones; and a missing index is noticed.</summary>
public sealed class PlanVerifierTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Indexes, with the parts of a store that would be slow without each.</summary>
    public static TheoryData<Dialect, string, string> Indexes()
    {
        TheoryData<Dialect, string, string> data = [];
        foreach (Dialect dialect in Enum.GetValues<Dialect>())
        {
            data.Add(dialect, "exceptions_domain", "first page of a domain");
            data.Add(dialect, "exceptions_status", "first page of a status");
            data.Add(dialect, "exceptions_key", "first page of all");
            data.Add(dialect, "events_exception", "history of an exception");
            data.Add(dialect, "events_run", "passes of a run");
            data.Add(dialect, "inbox_free", "inbox: what is free");
            data.Add(dialect, "deliveries_further", "erasure: further deliveries");
            data.Add(dialect, "schedules_due", "schedules that are due");
        }

        data.Add(Dialect.Postgres, "commits_signals", "signals of commits");

        return data;
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Over_empty_tables_every_index_is_used(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);

        (await UnusedAsync(store)).ShouldBeEmpty();
    }

    // Statistics that say what the tables hold may change every plan.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Over_full_tables_every_index_is_used(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(100));
        for (int tenant = 0; tenant < 4; tenant++)
        {
            await log.TenantAsync($"T{tenant}");
            await Task.WhenAll(Enumerable.Range(0, 300).Select(i => log.AddAsync($"T{tenant}", $"{i}", domain: $"Domain {i % 5}")));
        }

        await using TestStore store = await log.EndAsync(dialect);
        await store.ExecuteAsync("analyze");

        (await UnusedAsync(store)).ShouldBeEmpty();
        IReadOnlyList<PlanFinding> findings = await new PlanVerifier(store.Database).VerifyAsync(Token);
        findings.Where(finding => finding.Expected.Table is "exceptions" or "events" && finding.Expected.Name != "erasure: body" && finding.Outcome != PlanOutcome.Used)
            .Select(finding => $"{finding.Expected.Name}: {finding.Expected.Index}: {finding.Found}").ShouldBeEmpty("these tables are large enough for the planner to choose");
    }

    [Theory, MemberData(nameof(Indexes))]
    public async Task An_index_that_is_gone_is_named_with_the_plan_that_was_found(Dialect dialect, string index, string statement)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await store.ExecuteAsync($"drop index {index}");

        IReadOnlyList<PlanFinding> findings = await new PlanVerifier(store.Database).VerifyAsync(Token);

        PlanFinding[] unused = [.. findings.Where(finding => finding.Outcome == PlanOutcome.Unused)];
        unused.Select(finding => finding.Expected.Index).Distinct().ShouldBe([index]);
        unused.Select(finding => finding.Expected.Name).ShouldContain(statement);
        unused.Count(finding => finding.Found.Length == 0 || finding.Found.Contains(index, StringComparison.Ordinal)).ShouldBe(0);
    }

    [Fact]
    public async Task A_login_that_is_no_node_s_is_refused()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase owner = new(store.Owner);

        (await Should.ThrowAsync<ReeveException>(() => new PlanVerifier(owner).VerifyAsync(Token))).Error.Kind.ShouldBe(ErrorCatalogue.Storage.UnsafeRole);
    }

    // Explaining is not doing: statements that remove and claim are among them.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Nothing_is_changed(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(1));
        await log.TenantAsync("NORTH");
        await log.AddAsync("NORTH", "stays");
        await using TestStore store = await log.EndAsync(dialect);

        await new PlanVerifier(store.Database).VerifyAsync(Token);

        (await store.ScalarAsync("select count(*) from exceptions")).ShouldBe(1L);
        (await store.ScalarAsync("select count(*) from events where body is not null")).ShouldBe(2L);
    }

    private static async Task<string[]> UnusedAsync(TestStore store)
    {
        IReadOnlyList<PlanFinding> findings = await new PlanVerifier(store.Database).VerifyAsync(Token);
        findings.Count.ShouldBeGreaterThan(50);
        return [.. findings.Where(finding => finding.Outcome == PlanOutcome.Unused).Select(finding => $"{finding.Expected.Name}: {finding.Expected.Index}: {finding.Found}")];
    }
}
