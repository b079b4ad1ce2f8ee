using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Governance.Audit;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Ledger;

/// <summary>The SQL of erasure, the only one that changes an event. Runs as the role that may do nothing else. Thread-safe.</summary>
public sealed class SqlErasure : IChangeWriter
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change is BodiesErasure erasure ? [.. Calls(erasure)] : null;

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("erasure: deliveries", Sql.FirstDelivery, "deliveries", "deliveries_pkey", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true },
        new("erasure: further deliveries", Sql.FurtherDeliveries, "deliveries", "deliveries_further", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true },
        new("erasure: items of imports", Sql.ImportItems, "import_items", "import_items_exception", static (sample, _) => sample.Id("key", Guid.Empty).Text("code", "-")) { Erases = true },
        new("erasure: steps", Sql.Steps, "steps", "steps_pkey", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true, Columns = 2 },
        new("erasure: runs of playbooks", Sql.PlaybookRuns, "playbook_runs", "playbook_runs_exception", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true, Columns = 2 },
        new("erasure: executions", Sql.Executions, "tool_executions", "tool_executions_exception", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true, Columns = 2 },
        new("erasure: what was said of approvals", Sql.Decisions, "approval_decisions", "approval_decisions_pkey", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true, Columns = 2 },
        new("erasure: approvals", Sql.Approvals, "approvals", "approvals_exception", static (sample, _) => sample.Id("key", Guid.Empty)) { Erases = true, Columns = 2 },
        new("erasure: row", Sql.Row, "exceptions", "exceptions_key", static (sample, _) => sample.Id("key", Guid.Empty).Number("from", 1)) { Erases = true },
        new("erasure: body", Sql.Body, "events", "events_pkey", SampleBody) { Erases = true },
    ];

    private static void SampleBody(Parameters sample, DateTimeOffset now) => sample
        .Number("slot", 1).Number("n", 1).Number("ordinal", 0).Time("recorded", now).Id("id", Guid.Empty).Id("key", Guid.Empty);

    private static IEnumerable<StatementCall> Calls(BodiesErasure erasure)
    {
        if (erasure.From is { } from)
        {
            // While the row is there, which says what the exception is called.
            yield return new StatementCall(Sql.ImportItems, parameters => parameters.Id("key", erasure.Exception.Value).Text("code", ErrorCatalogue.Intake.Erased.Code), null) { Erases = true };
            yield return new StatementCall(Sql.FirstDelivery, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.FurtherDeliveries, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.Inbox, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.Steps, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.PlaybookRuns, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.Row, parameters => parameters.Id("key", erasure.Exception.Value).Number("from", from), Moved) { Erases = true };
        }

        // Also where the row is gone already.
        yield return new StatementCall(Sql.Executions, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
        yield return new StatementCall(Sql.Decisions, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
        yield return new StatementCall(Sql.Approvals, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
        foreach (ErasedBody item in erasure.Events)
        {
            yield return new StatementCall(
                Sql.Body,
                parameters => parameters.Number("slot", item.Position.Slot).Number("n", item.Position.N).Number("ordinal", item.Position.Ordinal)
                    .Time("recorded", item.RecordedAt).Id("id", item.EventId).Id("key", erasure.Exception.Value),
                Moved) { Erases = true };
        }
    }

    private static class Sql
    {
        private const string ByException = """
            where tenant_id = @tenant and exception_id = (select e.exception_id from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
            """;

        // The row knows its first delivery, so that the many exceptions that have one need no index by exception. One without a time of its
        // own is kept under the next day, too.
        internal static readonly Statement FirstDelivery = new(
            """
            delete from deliveries
            where tenant_id = @tenant
                and day in (
                    select e.delivery_day from exceptions e where e.tenant_id = @tenant and e.exception_key = @key
                    union all
                    select e.delivery_day + 1 from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
                and hash = (select e.delivery_hash from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
                and exception_id = (select e.exception_id from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
            """);

        // Whatever days they came on. Differs: SQLite would rather read all of the tenant's, because the key is the table.
        internal static readonly Statement FurtherDeliveries = new(
            Postgres: $"delete from deliveries {ByException} and is_further",
            Sqlite: $"delete from deliveries indexed by deliveries_further {ByException} and is_further = 1");

        // What is not decided yet cannot be any more: whoever is at it finds its row gone.
        internal static readonly Statement Inbox = new("delete from inbox where tenant_id = @tenant and exception_key = @key");

        // The rows stay, so that the same import sent again does not make anew what was erased; without their hash any bytes are theirs.
        internal static readonly Statement ImportItems = new(
            """
            update import_items set exception_id = null, bytes_hash = null, code = @code, pointer = null, message = null, errors = null
            where tenant_id = @tenant and exception_id = (select e.exception_id from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
            """);

        // What drives it finds its row gone, and stops.
        internal static readonly Statement Steps = new(
            "delete from steps where tenant_id = @tenant and pass_id in (select r.pass_id from playbook_runs r where r.tenant_id = @tenant and r.exception_key = @key)");

        internal static readonly Statement PlaybookRuns = new("delete from playbook_runs where tenant_id = @tenant and exception_key = @key");

        // They have no salt, so whoever guesses the arguments could tell by them. Differs: how nothing is written.
        internal static readonly Statement Executions = new(
            Postgres: "update tool_executions set digest = ''::bytea, content = ''::bytea where tenant_id = @tenant and exception_key = @key",
            Sqlite: "update tool_executions set digest = x'', content = x'' where tenant_id = @tenant and exception_key = @key");

        // What a call that is under way came to has to be put down somewhere: until then the exception is being worked on.
        private const string NothingUnderWay = "not exists (select 1 from tool_executions t where t.tenant_id = @tenant and t.exception_key = @key and t.settled_at is null)";

        internal static readonly Statement Row = new($"delete from exceptions where tenant_id = @tenant and exception_key = @key and version = @from and {NothingUnderWay}");

        internal static readonly Statement Decisions = new(
            """
            update approval_decisions set comments = '', bounds = null
            where tenant_id = @tenant and approval_id in (select a.approval_id from approvals a where a.tenant_id = @tenant and a.exception_key = @key)
            """);

        // Who decided stays, what it was about goes; what nobody can read any more nobody decides. Differs: how the clock is read, by which nothing else is judged.
        internal static readonly Statement Approvals = new(
            Postgres: $"{ForgetApprovals("clock_timestamp()")} where tenant_id = @tenant and exception_key = @key",
            Sqlite: $"{ForgetApprovals("cast((julianday('now') - 2440587.5) * 86400000 as integer) * 1000")} where tenant_id = @tenant and exception_key = @key");

        private static string ForgetApprovals(string now) =>
            $"""
            update approvals set request = null, version = version + 1, decided_at = coalesce(decided_at, {now}),
                reason = case when status = 'PENDING' then 'Its exception was erased.' else '' end,
                status = case when status = 'PENDING' then 'WITHDRAWN' else status end
            """;

        internal static readonly Statement Body = new(
            $"""
            update events set salt = null, body = null
            where tenant_id = @tenant and slot = @slot and n = @n and ordinal = @ordinal and recorded_at = @recorded and event_id = @id and exception_key = @key
                and {NothingUnderWay}
            """);
    }
}
