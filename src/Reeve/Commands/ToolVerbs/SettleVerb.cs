using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Requests;
using Reeve.Governance.Access;

namespace Reeve.Commands.ToolVerbs;

/// <summary><c>reeve tools settle</c>: somebody who looked says how a call ended whose end nobody knows.</summary>
internal static class SettleVerb
{
    internal static Command Build(CommandContext context)
    {
        Argument<string> id = new("execution") { Description = "The execution, as 'reeve tools executions --unknown' shows it." };
        Argument<string> outcome = new("outcome") { Description = "Whether the tool did it." };
        outcome.AcceptOnlyFromAmong("succeeded", "failed");
        Option<string> note = new("--note") { Description = "How that is known. It is recorded.", Required = true };
        Option<string?> keyFile = ActingAs.Option();
        Option<string?> tenant = ToolsCommand.TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("settle", "Say how a call ended whose end nobody knows, once you looked at the tool's own records.") { id, outcome, note, keyFile, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            Acting acting = await ActingAs.FindAsync(context, session, call.GetValue(keyFile), call.GetValue(tenant), Permission.UseTools, cancellationToken);
            ExecutionId execution = ExecutionsVerb.IdOf(call.GetValue(id)!); // not null: it is required, as are the others
            ExecutionFile file = await session.Tools.SettleAsync(acting.TenantId, execution, call.GetValue(outcome) == "succeeded", call.GetValue(note)!, acting.Principal, cancellationToken);
            Listing.Print(context, call.GetValue(format), [ToolListing.Of(file.Row)], ToolListing.ExecutionColumns);
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }
}
