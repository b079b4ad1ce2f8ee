using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Governance.Audit;
using Reeve.Server.Hosting;

namespace Reeve.Commands.AuditVerbs;

/// <summary><c>reeve audit erase</c>: forgets what is known of one exception; that it was forgotten stays on the record.</summary>
internal static class EraseVerb
{
    internal static Command Build(CommandContext context)
    {
        Option<string> tenant = new("--tenant") { Description = "Whose.", Required = true };
        Option<string> exception = new("--exception") { Description = "The exceptionId; for one whose row is gone already, the exceptionKey of its events.", Required = true };
        Option<ErasureReason?> reason = SharedOptions.Wired<ErasureReason>("--reason", "Why");
        reason.Required = true;
        Option<string?> store = StoreAccess.Option();
        Command command = new("erase", "Empty the bodies of an exception's events and remove its row. It cannot be undone; the erasure itself is recorded.") { tenant, exception, reason, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            ExceptionKey key = await FindAsync(session, of, call.GetValue(exception)!, cancellationToken); // not null: it is required
            Erasure done = await session.Erasures.EraseAsync(of, key, call.GetValue(reason)!.Value, context.Actor, cancellationToken); // not null: it is required
            context.Error.WriteLine(done.RecordedAs is { } position
                ? $"Erased the bodies of {done.Events.Count} events; recorded as {position} in the log of {of}."
                : "There was nothing left to erase.");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task<ExceptionKey> FindAsync(StoreSession session, TenantId tenant, string id, CancellationToken cancellationToken)
    {
        if (await session.Exceptions.FindAsync(tenant, new ExceptionId(id), cancellationToken) is { } row)
        {
            return row.Key;
        }

        return Guid.TryParse(id, out Guid key)
            ? new ExceptionKey(key)
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Command.NotFound, $"Tenant {tenant} has no exception {Shown.Name(id)}.", "--exception", nextStep: "Check the id; what was erased before has no row any more."));
    }
}
