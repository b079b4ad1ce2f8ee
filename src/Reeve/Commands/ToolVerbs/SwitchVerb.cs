using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Requests;
using Reeve.Governance.Access;

namespace Reeve.Commands.ToolVerbs;

/// <summary><c>reeve tools enable</c> and <c>disable</c>: switches a tool for a tenant (EX-TOOL-4).</summary>
internal static class SwitchVerb
{
    internal static Command Build(CommandContext context, bool isEnabled)
    {
        Argument<string> tool = ToolsCommand.ToolArgument();
        Option<string> reason = new("--reason") { Description = "Why, in one line. It is recorded.", Required = true };
        Option<string?> keyFile = ActingAs.Option();
        Option<string?> tenant = ToolsCommand.TenantOption();
        Option<string?> domain = ToolsCommand.DomainOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new(isEnabled ? "enable" : "disable", isEnabled ? "Switch a tool on again. What its pack switches off stays off." : "Switch a tool off: it is not called any more, and is listed as disabled.")
        {
            tool, reason, keyFile, tenant, domain, store, format,
        };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            Acting acting = await ActingAs.FindAsync(context, session, call.GetValue(keyFile), call.GetValue(tenant), Permission.SwitchTools, cancellationToken);
            ListedTool found = await session.Tools.SwitchAsync(
                acting.TenantId, call.GetValue(tool)!, ToolsCommand.DomainOf(call.GetValue(domain)), isEnabled, call.GetValue(reason)!, acting.Principal, cancellationToken); // not null: both are required
            Listing.Print(context, call.GetValue(format), [ToolListing.Of(found)], ToolListing.Columns);
            context.Error.WriteLine(Shown.Line($"{found.Id} is {(found.IsDisabled ? "off" : "on")}, on other nodes from a second on.{(isEnabled && found.IsDisabled ? " Its pack switches it off." : "")}"));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }
}
