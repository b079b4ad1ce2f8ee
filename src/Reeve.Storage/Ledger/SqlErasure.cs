using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Governance.Audit;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Ledger;

/// <summary>The SQL of erasure, the only one that changes an event. Runs as the role that may do nothing else. Thread-safe.</summary>
public sealed class SqlErasure : IChangeWriter
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change is BodiesErasure erasure ? [.. Calls(erasure)] : null;

    private static IEnumerable<StatementCall> Calls(BodiesErasure erasure)
    {
        if (erasure.From is { } from)
        {
            // While the row is there, which says what the exception is called.
            yield return new StatementCall(Sql.Deliveries, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.Inbox, parameters => parameters.Id("key", erasure.Exception.Value), null) { Erases = true };
            yield return new StatementCall(Sql.Row, parameters => parameters.Id("key", erasure.Exception.Value).Number("from", from), Moved) { Erases = true };
        }

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
        // By the exception, whatever days they came on: a follow-up's is kept under its own.
        internal static readonly Statement Deliveries = new(
            """
            delete from deliveries
            where tenant_id = @tenant and exception_id = (select e.exception_id from exceptions e where e.tenant_id = @tenant and e.exception_key = @key)
            """);

        // What is not decided yet cannot be any more: whoever is at it finds its row gone.
        internal static readonly Statement Inbox = new("delete from inbox where tenant_id = @tenant and exception_key = @key");

        internal static readonly Statement Row = new("delete from exceptions where tenant_id = @tenant and exception_key = @key and version = @from");

        internal static readonly Statement Body = new(
            """
            update events set salt = null, body = null
            where tenant_id = @tenant and slot = @slot and n = @n and ordinal = @ordinal and recorded_at = @recorded and event_id = @id and exception_key = @key
            """);
    }
}
