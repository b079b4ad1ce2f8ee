using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Safekeeping;

/// <summary><c>reeve hold</c>: stops every effect, of a tenant or of all (EX-TOOL-13).</summary>
internal static class HoldCommand
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> tenant = TenantOption("The tenant; all tenants unless given.");
        Option<string?> reason = new("--reason") { Description = "Why, in one line. It is recorded, and shown to whoever resumes." };
        Option<bool> list = new("--list") { Description = "Stop nothing: list what is on hold." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("hold", "Stop every effect at once; intake and decisions go on. Or list what is on hold.") { tenant, reason, list, store, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(list) == result.GetValue(reason) is not null)
            {
                result.AddError("Give either --reason TEXT or --list.");
            }
        });
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(
            context, call.GetValue(store), new StoreUse { LeavesInbox = true },
            session => call.GetValue(list)
                ? ListAsync(context, session, call.GetValue(tenant), call.GetValue(format), cancellationToken)
                : PlaceAsync(context, session, call.GetValue(tenant), call.GetValue(reason)!, call.GetValue(format), cancellationToken), // not null: the validator saw it
            cancellationToken));
        return command;
    }

    internal static Option<string?> TenantOption(string description) => new("--tenant") { Description = description };

    /// <summary>Whom it is about; for all tenants only the platform's administrator may speak.</summary>
    internal static async Task<TenantId> ScopeAsync(CommandContext context, StoreSession session, string? tenant, Permission permission, CancellationToken cancellationToken)
    {
        AccessRules.Demand(context.Actor, tenant is null ? Permission.Platform : permission);
        return tenant is null ? TenantId.Platform : await StoreAccess.TenantAsync(session, tenant, cancellationToken);
    }

    private static async Task<int> PlaceAsync(CommandContext context, StoreSession session, string? tenant, string reason, OutputFormat format, CancellationToken cancellationToken)
    {
        TenantId scope = await ScopeAsync(context, session, tenant, Permission.Hold, cancellationToken);
        (Hold hold, bool isNew) = await session.Holds.PlaceAsync(scope, reason, context.Actor, cancellationToken);
        Listing.Print(context, format, [HoldRows.Row(hold)], HoldRows.Columns);
        string whom = hold.IsForAll ? "Every tenant" : $"Tenant {hold.Scope}";
        context.Error.WriteLine(Shown.Line(isNew
            ? $"{whom} is on hold: nothing is sent, on other nodes from a second on; intake and decisions go on. To go on: reeve resume{(hold.IsForAll ? "" : $" --tenant {hold.Scope}")} --reason TEXT"
            : $"{whom} was on hold for this reason already, since {TimeText.Timestamp(hold.Since)}."));
        return Terminal.Done;
    }

    private static async Task<int> ListAsync(CommandContext context, StoreSession session, string? tenant, OutputFormat format, CancellationToken cancellationToken)
    {
        TenantId? one = tenant is null ? null : await StoreAccess.TenantAsync(session, tenant, cancellationToken);
        IReadOnlyList<Hold> holds = await session.Holds.ListAsync(cancellationToken);
        Hold[] shown = [.. holds.Where(hold => one is null || hold.IsForAll || hold.Scope == one)];
        Listing.Print(context, format, [.. shown.Select(HoldRows.Row)], HoldRows.Columns);
        if (shown.Length == 0)
        {
            context.Error.WriteLine("Nothing is on hold.");
        }

        return Terminal.Done;
    }
}
