using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Tenants;

namespace Reeve.Commands.TenantVerbs;

/// <summary><c>reeve tenants</c>: make tenants, list them, and say how far their automation goes.</summary>
internal static class TenantsCommand
{
    /// <summary>The columns that a table shows.</summary>
    internal static readonly string[] Columns = ["tenantId", "name", "mode", "createdAt"];

    internal static Command Build(CommandContext context) =>
        new("tenants", "Create tenants, list them, and say how far their automation goes.") { BuildCreate(context), BuildList(context), BuildShow(context), ModeVerb.Build(context) };

    private static Command BuildCreate(CommandContext context)
    {
        Argument<string> id = new("id") { Description = "Its id: 1 to 128 letters, digits, '.', '_' and '-', the first a letter or a digit." };
        Option<string?> name = new("--name") { Description = "What people call it; its id unless given." };
        Option<string?> store = StoreAccess.Option();
        Command command = new("create", "Create a tenant; one that is there is left as it is.") { id, name, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { MayCreate = true }, async session =>
        {
            (Tenant tenant, bool created) = await session.Tenants.CreateAsync(
                new TenantId(call.GetValue(id)!), call.GetValue(name), AutomationMode.Shadow, context.Actor, cancellationToken); // not null: it is required
            context.Output.WriteLine(Shown.Line(tenant.Id.Value));
            context.Error.WriteLine(Shown.Line(created ? $"Created tenant {tenant.Id} in mode {Wire.Name(tenant.Mode)}." : $"Tenant {tenant.Id} was there already."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("list", "List every tenant.") { store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            IReadOnlyList<Tenant> tenants = await session.Tenants.ListAsync(cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. tenants.Select(Row)], Columns);
            if (tenants.Count == 0)
            {
                context.Error.WriteLine("There is no tenant yet. Create one: reeve tenants create ID");
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string> id = new("tenant") { Description = "The tenant." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("show", "Show a tenant: its name, and how far its automation goes.") { id, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(id), cancellationToken);
            Tenant tenant = (await session.Tenants.FindAsync(of, cancellationToken))!; // not null: it was found above, and tenants stay
            Listing.Print(context, call.GetValue(format), [Row(tenant)], Columns);
            context.Error.WriteLine(ModeVerb.Means(tenant.Mode));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    internal static ObjectMap Row(Tenant tenant) => ObjectMap.Of(
        ("tenantId", Value.Of(tenant.Id.Value)),
        ("name", Value.Of(tenant.Name)),
        ("mode", Value.Of(Wire.Name(tenant.Mode))),
        ("createdAt", Listing.Time(tenant.CreatedAt)),
        ("createdBy", Value.Of(tenant.CreatedBy)));
}
