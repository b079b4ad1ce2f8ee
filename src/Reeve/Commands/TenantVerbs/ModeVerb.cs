using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Tenants;

namespace Reeve.Commands.TenantVerbs;

/// <summary><c>reeve tenants mode</c>: how far a tenant's automation goes (EX-AGENT-RES-4).</summary>
internal static class ModeVerb
{
    private const int MaxShown = 64;

    internal static Command Build(CommandContext context)
    {
        Argument<string> id = new("tenant") { Description = "The tenant." };
        Argument<AutomationMode> mode = new("mode")
        {
            Description = "shadow: plans are proposed, nothing is called. dry-run: plans run against mocks. live: tools are called.",
            CustomParser = result =>
            {
                string given = result.Tokens[0].Value;
                if (Wire.TryParse(given, out AutomationMode known))
                {
                    return known;
                }

                result.AddError($"'{Shown.Short(given, MaxShown)}' is none of shadow, dry-run, live.");
                return AutomationMode.Shadow;
            },
        };
        mode.HelpName = "shadow|dry-run|live";
        mode.CompletionSources.Clear();
        mode.CompletionSources.Add("shadow", "dry-run", "live");
        Option<AutomationMode?> from = SharedOptions.Wired<AutomationMode>("--from", "Refuse unless the tenant is in this mode now");
        Option<string?> reason = new("--reason") { Description = "Why, in one line. It is recorded." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("mode", "Say how far a tenant's automation goes: shadow, dry-run or live.") { id, mode, from, reason, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            AccessRules.Demand(context.Actor, Permission.SetMode);
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(id), cancellationToken);
            (Tenant tenant, AutomationMode was) = await session.Tenants.SetModeAsync(of, call.GetValue(mode), call.GetValue(from), call.GetValue(reason), context.Actor, cancellationToken);
            Listing.Print(context, call.GetValue(format), [TenantsCommand.Row(tenant)], TenantsCommand.Columns);
            context.Error.WriteLine(Shown.Line(was == tenant.Mode
                ? $"Tenant {tenant.Id} was in mode {Wire.Name(tenant.Mode)} already."
                : $"Tenant {tenant.Id} was in mode {Wire.Name(was)} and is in {Wire.Name(tenant.Mode)}, on other nodes from a second on."));
            context.Error.WriteLine(Means(tenant.Mode));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    /// <summary>What a mode means, and what to look at before the next one, for people.</summary>
    internal static string Means(AutomationMode mode) => mode switch
    {
        AutomationMode.Shadow => "SHADOW: plans are made and shown, and no tool is called for them. Compare them with what people do, then try dry-run.",
        AutomationMode.DryRun => "DRY_RUN: plans run against answers made from the tools' schemas, and no tool is called for them. "
            + "Before live: every tool has an endpoint and its secrets (reeve tools list), the policy asks people where it should (reeve packs test), and somebody reads approvals.",
        _ => "LIVE: tools are called for plans that nobody has to approve, and for those that somebody approved. To stop at once: reeve hold, or mode shadow.",
    };
}
