using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Holds;

namespace Reeve.Commands.Safekeeping;

/// <summary><c>reeve resume</c>: lets effects go on (EX-TOOL-13).</summary>
internal static class ResumeCommand
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> tenant = HoldCommand.TenantOption("The tenant whose holds are lifted; those of all tenants unless given.");
        Option<string> reason = new("--reason") { Description = "Why effects may go on, in one line. It is recorded.", Required = true };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("resume", "Let effects go on that were put on hold.") { tenant, reason, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            TenantId scope = await HoldCommand.ScopeAsync(context, session, call.GetValue(tenant), Permission.Resume, cancellationToken);
            IReadOnlyList<Hold> lifted = await session.Holds.ResumeAsync(scope, call.GetValue(reason)!, context.Actor, cancellationToken); // not null: it is required
            Listing.Print(context, call.GetValue(format), [.. lifted.Select(HoldRows.Row)], HoldRows.Columns);
            string whom = scope == TenantId.Platform ? "all tenants" : $"tenant {scope}";
            context.Error.WriteLine(Shown.Line(lifted.Count == 0 ? $"There was no hold of {whom}." : $"Lifted {(lifted.Count == 1 ? "the hold" : $"{lifted.Count} holds")} of {whom}."));
            foreach (string left in Left(await session.Holds.ListAsync(cancellationToken), scope))
            {
                context.Error.WriteLine(Shown.Line(left));
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    // What still keeps effects back that whoever resumed may think are going.
    private static IEnumerable<string> Left(IReadOnlyList<Hold> holds, TenantId scope)
    {
        foreach (Hold hold in holds.Where(hold => hold.IsForAll || hold.Scope == scope || scope == TenantId.Platform))
        {
            yield return $"{(hold.IsForAll ? "All tenants are" : $"Tenant {hold.Scope} is")} still on hold: {hold.Reason}";
        }
    }
}
