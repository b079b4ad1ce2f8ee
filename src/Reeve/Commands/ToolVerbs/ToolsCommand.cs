using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Requests;

namespace Reeve.Commands.ToolVerbs;

/// <summary><c>reeve tools</c>: a tenant's tools, calls of them through the tool gate, and what became of those.</summary>
internal static class ToolsCommand
{
    internal static Command Build(CommandContext context) => new("tools", "List tools, call them through the tool gate, switch them, and see what became of calls.")
    {
        BuildList(context), BuildShow(context), CallVerb.Build(context), ExecutionsVerb.Build(context), SwitchVerb.Build(context, isEnabled: true), SwitchVerb.Build(context, isEnabled: false),
        SettleVerb.Build(context),
    };

    internal static Argument<string> ToolArgument() => new("tool") { Description = "The tool: its name, or TENANT:DOMAIN:TOOL." };

    internal static Option<string?> TenantOption() => new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };

    internal static Option<string?> DomainOption() => new("--domain") { Description = "The domain; needed only where several have a tool of that name." };

    internal static DomainName? DomainOf(string? given) => given is null ? null : new DomainName(given);

    private static Command BuildList(CommandContext context)
    {
        Option<string?> tenant = TenantOption();
        Option<string?> domain = new("--domain") { Description = "Those of one domain." };
        Option<string?> name = new("--name") { Description = "Those whose name has this in it." };
        Option<ToolType?> type = SharedOptions.Wired<ToolType>("--type", "Those that are reached so");
        Option<bool> disabled = new("--disabled") { Description = "Those that are switched off." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("list", "List the tools of the active packs, with whether they may be called.") { tenant, domain, name, type, disabled, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            IReadOnlyList<ListedTool> tools = await session.Tools.ListAsync(of, DomainOf(call.GetValue(domain)), cancellationToken);
            ListedTool[] shown =
            [
                .. tools.Where(tool => (call.GetValue(name) is not { } part || tool.Tool.Name.Value.Contains(part, StringComparison.OrdinalIgnoreCase))
                    && (call.GetValue(type) is not { } wanted || tool.Tool.Type == wanted) && (!call.GetValue(disabled) || tool.IsDisabled)),
            ];
            Listing.Print(context, call.GetValue(format), [.. shown.Select(ToolListing.Of)], ToolListing.Columns);
            if (tools.Count == 0)
            {
                context.Error.WriteLine("No active pack of the tenant defines a tool.");
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string> tool = ToolArgument();
        Option<string?> tenant = TenantOption();
        Option<string?> domain = DomainOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("show", "Show a tool: what it does, what it takes, and whether it may be called.") { tool, tenant, domain, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            ListedTool found = await session.Tools.FindAsync(of, call.GetValue(tool)!, DomainOf(call.GetValue(domain)), cancellationToken); // not null: it is required
            if (call.GetValue(format) == OutputFormat.Json)
            {
                Listing.WriteIndented(context.Output, Value.Of(ToolListing.Whole(found)));
            }
            else
            {
                Listing.Print(context, OutputFormat.Table, [ToolListing.Of(found)], ToolListing.Columns);
                context.Error.WriteLine($"To see what it takes: reeve tools show {ShellWord.Quoted(found.Id.ToString())} -o json");
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }
}
