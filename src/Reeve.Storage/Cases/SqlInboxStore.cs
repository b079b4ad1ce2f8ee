using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Cases;

/// <summary>
/// The inbox in a database. Rows are put down and removed by the committer, with what is received and decided; what is here changes whose they are, as
/// upkeep under a slot's fence. Rows are owned through any slot of this process. Thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="upkeep">Changes rows.</param>
/// <param name="holder">This process's slots.</param>
/// <param name="clock">On a file, the clock that rows are stamped with.</param>
public sealed class SqlInboxStore(Database database, IUpkeep upkeep, ISlotHolder holder, TimeProvider clock) : IInboxStore
{
    // Rows of one upkeep transaction; a commit waits for it.
    private const int ChangedAtOnce = 256;

    private const double MicrosecondsPerSecond = 1_000_000;

    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    /// <inheritdoc/>
    public Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(
            Sql.Free, parameters => parameters.Text("after", after?.Value ?? "").Texts("except", Hex(except)).Number("limit", limit).Time("now", clock.GetUtcNow()), Read, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken)
    {
        if (await TryClaimAsync(passes, cancellationToken))
        {
            return [.. passes.Select(Counted)];
        }

        // Another node was faster with one of them at least. Each node walks through the tenants by itself, so that is rare.
        List<InboxPass> claimed = [];
        for (int i = 0; i < passes.Count && passes.Count > 1; i++)
        {
            if (await TryClaimAsync([passes[i]], cancellationToken))
            {
                claimed.Add(Counted(passes[i]));
            }
        }

        return claimed;
    }

    /// <inheritdoc/>
    public async Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken)
    {
        foreach ((TenantId Tenant, PassId Pass)[] some in passes.Chunk(ChangedAtOnce))
        {
            await upkeep.MaintainAsync(
                [.. some.Select(pass => new StatementCall(
                    Sql.SetFree, parameters => parameters.Id("node", holder.Node).Text("whose", pass.Tenant.Value).Id("pass", pass.Pass.Value), null))],
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) =>
        upkeep.MaintainAsync([new StatementCall(Sql.Remove, parameters => parameters.Text("whose", tenant.Value).Id("pass", pass.Value), null)], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(
            Sql.Owned, parameters => parameters.Id("node", holder.Node).Number("limit", limit), row => (new TenantId(row.Text(0)), new PassId(row.Id(1))), cancellationToken);

    // All of them or none.
    private async Task<bool> TryClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken)
    {
        StatementCall[] calls = new StatementCall[passes.Count];
        for (int i = 0; i < calls.Length; i++)
        {
            InboxPass pass = passes[i];
            calls[i] = new StatementCall(
                Sql.Claim, parameters => parameters.Id("node", holder.Node).Text("whose", pass.TenantId.Value).Id("pass", pass.PassId.Value).Number("attempts", pass.Attempts), Moved);
        }

        return await upkeep.MaintainAsync(calls, cancellationToken) is CommitOutcome.Committed;
    }

    private static InboxPass Counted(InboxPass pass) => pass with { Attempts = pass.Attempts + 1 };

    private static InboxPass Read(Row row) => new(
        new TenantId(row.Text(0)), new PassId(row.Id(1)), new ExceptionKey(row.Id(2)), new RunId(row.Id(3)), row.Int(4), row.Flag(5),
        TimeSpan.FromSeconds(row.Long(6) / MicrosecondsPerSecond));

    private static string[] Hex(IReadOnlyCollection<PassId> passes) => [.. passes.Select(pass => pass.Value.ToString("N").ToUpperInvariant())];

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("inbox: what is free", Sql.Free, "inbox", "inbox_free", static (sample, _) => sample.Text("after", "").Texts("except", []).Number("limit", 64).Time("now", DateTimeOffset.UnixEpoch)),
        new("inbox: claim", Sql.Claim, "inbox", "inbox_pkey", static (sample, _) => SampleRow(sample).Number("attempts", 0)),
        new("inbox: set free", Sql.SetFree, "inbox", "inbox_pkey", static (sample, _) => SampleRow(sample)),
        new("inbox: remove", Sql.Remove, "inbox", "inbox_pkey", static (sample, _) => SampleRow(sample)),
        new("inbox: own rows", Sql.Owned, "inbox", "inbox_slot", static (sample, _) => sample.Id("node", Guid.Empty).Number("limit", 64)),
    ];

    private static Parameters SampleRow(Parameters sample) => sample.Id("node", Guid.Empty).Text("whose", "-").Id("pass", Guid.Empty);

    private static class Sql
    {
        // Differs: ages are by the clock that rows were stamped with, which on a file is the process's; ids are compared as texts of one spelling.
        private const string Columns =
            "select tenant_id, pass_id, exception_key, run_id, attempts, after_stop, (extract(epoch from clock_timestamp() - received_at) * 1000000)::bigint from inbox";

        private const string ColumnsOnFile = "select tenant_id, pass_id, exception_key, run_id, attempts, after_stop, @now - received_at from inbox";

        private const string Ours = " and slot in (select s.slot from slots s where s.node = @node)";

        // Work is a node's, whoever's tenant it is: claims go round the tenants.
        internal static readonly Statement Free = new(
            Postgres: Columns + """
                 where slot is null and tenant_id > @after and not upper(replace(pass_id::text, '-', '')) = any(@except)
                order by tenant_id, pass_id limit @limit
                """,
            Sqlite: ColumnsOnFile + """
                 where slot is null and tenant_id > @after and hex(pass_id) not in (select value from json_each(@except))
                order by tenant_id, pass_id limit @limit
                """) { AcrossTenants = true };

        // Of whatever tenants; each as it was seen, and only for a process that has a slot to own it through.
        internal static readonly Statement Claim = new(
            Postgres: """
                update inbox set slot = (select min(s.slot) from slots s where s.node = @node and s.beat_at <> 'epoch'), attempts = attempts + 1
                where tenant_id = @whose and pass_id = @pass and slot is null and attempts = @attempts
                    and exists (select 1 from slots s where s.node = @node and s.beat_at <> 'epoch')
                """,
            Sqlite: """
                update inbox set slot = (select min(s.slot) from slots s where s.node = @node and s.beat_at <> 0), attempts = attempts + 1
                where tenant_id = @whose and pass_id = @pass and slot is null and attempts = @attempts
                    and exists (select 1 from slots s where s.node = @node and s.beat_at <> 0)
                """) { AcrossTenants = true };

        // Of whatever tenants it was; what is another node's is left alone.
        internal static readonly Statement SetFree = new(
            both: "update inbox set slot = null, attempts = case when attempts > 0 then attempts - 1 else 0 end where tenant_id = @whose and pass_id = @pass" + Ours) { AcrossTenants = true };

        // Named by its tenant and pass; the parameter is not @tenant because upkeep is nobody's.
        internal static readonly Statement Remove = new(both: "delete from inbox where tenant_id = @whose and pass_id = @pass") { AcrossTenants = true };

        // A node's rows are of every tenant.
        internal static readonly Statement Owned = new(
            both: "select tenant_id, pass_id from inbox where slot in (select s.slot from slots s where s.node = @node) limit @limit") { AcrossTenants = true };
    }
}
