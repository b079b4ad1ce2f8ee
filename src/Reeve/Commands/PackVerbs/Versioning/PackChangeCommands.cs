using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;
using Reeve.Server.Hosting;

namespace Reeve.Commands.PackVerbs.Versioning;

/// <summary><c>reeve packs activate</c> and <c>rollback</c>: which versions are in force.</summary>
internal static class PackChangeCommands
{
    internal static Command BuildActivate(CommandContext context)
    {
        Argument<string[]> versions = new("version") { Description = StoredNames.Form + ".", Arity = ArgumentArity.OneOrMore };
        Option<bool> each = new("--each") { Description = "Activate domain by domain and say what became of each, instead of all or none." };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("activate", "Make stored versions the active ones: all of them, or none.") { versions, each, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            StoredNames names = new(session.Packs, of);
            List<Item> items = [];
            foreach (string name in call.GetRequiredValue(versions))
            {
                items.Add(await ItemAsync(name, () => names.FindAsync(name, cancellationToken)));
            }

            if (TwoOfOne(items) is { } two)
            {
                context.Error.WriteLine($"{two} is named in two versions; one of them can be active.");
                return Terminal.Usage;
            }

            bool together = !call.GetValue(each);
            foreach (Item[] group in together ? [[.. items]] : items.GroupBy(item => item.Pack?.Key.Domain).Select(group => group.ToArray()))
            {
                await ActivateAsync(context, session, of, group, cancellationToken);
            }

            return Print(context, call.GetValue(format), items);
        }, cancellationToken));
        return command;
    }

    internal static Command BuildRollback(CommandContext context)
    {
        Argument<string[]> packs = new("pack")
        {
            Description = "policy:DOMAIN or domain:DOMAIN, to go back to what was active before, or with @VERSION to go to that; several are done one by one.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("rollback", "Go back to an earlier version; it is checked and put on record like any activation.") { packs, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            List<Item> items = [];
            foreach (string name in call.GetRequiredValue(packs))
            {
                Item item = new(name);
                items.Add(item);
                try
                {
                    (PackKindStored kind, DomainName domain, string? version) = StoredNames.Parts(name);
                    PackRollback done = await session.Packs.RollBackAsync(of, kind, domain, version, context.Actor, cancellationToken);
                    item.Previous = StoredNames.Of(done.From);
                    item.Version = StoredNames.Of(done.To);
                    item.Result = done.Changed ? "rolled back" : "already active";
                }
                catch (ReeveException refusal) when (!refusal.Error.IsTransient)
                {
                    item.Refuse(Terminal.Errors(refusal));
                }
            }

            return Print(context, call.GetValue(format), items);
        }, cancellationToken));
        return command;
    }

    private static async Task<Item> ItemAsync(string name, Func<Task<StoredPack>> find)
    {
        Item item = new(name);
        try
        {
            item.Pack = await find();
            item.Version = StoredNames.Of(item.Pack.Key);
        }
        catch (ReeveException refusal) when (!refusal.Error.IsTransient)
        {
            item.Refuse(Terminal.Errors(refusal));
        }

        return item;
    }

    private static async Task ActivateAsync(CommandContext context, StoreSession session, TenantId tenant, Item[] group, CancellationToken cancellationToken)
    {
        // Of a group nothing is done unless all of it can be.
        if (Array.Exists(group, item => item.Pack is null))
        {
            foreach (Item item in group.Where(item => item.Pack is not null))
            {
                item.Result = "left";
            }

            return;
        }

        try
        {
            await session.Packs.ActivateAsync(tenant, [.. group.Select(item => item.Pack!.Key).Distinct()], context.Actor, cancellationToken); // not null: just asked
            foreach (Item item in group)
            {
                item.Result = item.Pack!.IsActive ? "already active" : "activated"; // not null: as above
            }
        }
        catch (ReeveException refusal) when (!refusal.Error.IsTransient)
        {
            foreach (Item item in group)
            {
                item.Refuse(Terminal.Errors(refusal));
            }
        }
    }

    private static string? TwoOfOne(List<Item> items) => items.Where(item => item.Pack is not null).Select(item => item.Pack!.Key).Distinct() // not null: just asked
        .GroupBy(key => (key.Kind, key.Domain)).FirstOrDefault(group => group.Count() > 1) is { } two
        ? $"{(two.Key.Kind == PackKindStored.Domain ? "domain" : "policy")}:{two.Key.Domain}" : null;

    private static int Print(CommandContext context, OutputFormat format, List<Item> items)
    {
        Listing.Print(context, format, [.. items.Select(item => item.Row())], "pack", "version", "previous", "result", "code");
        foreach (Item item in items.Where(item => item.Errors.Count > 0).DistinctBy(item => item.Errors))
        {
            Terminal.Refuse(context.Error, item.Errors, item.Name);
        }

        return items.TrueForAll(item => item.IsDone) ? Terminal.Done : Terminal.Refused;
    }

    // What became of one pack that was named.
    private sealed class Item(string name)
    {
        internal string Name => name;

        internal StoredPack? Pack { get; set; }

        internal string? Version { get; set; }

        internal string? Previous { get; set; }

        internal string Result { get; set; } = "refused";

        internal IReadOnlyList<ReeveError> Errors { get; private set; } = [];

        internal bool IsDone => Result is not ("refused" or "left");

        internal void Refuse(IReadOnlyList<ReeveError> errors)
        {
            Result = "refused";
            Errors = errors;
        }

        internal ObjectMap Row() => ObjectMap.Of(
            ("pack", Value.Of(name)),
            ("version", Value.Of(Version)),
            ("previous", Value.Of(Previous)),
            ("result", Value.Of(Result)),
            ("code", Value.Of(Errors.Count == 0 ? null : Errors[0].Code)),
            ("errors", Listing.Texts(Errors.Select(error => $"{error.Code} {error.Subject}: {error.Message}"))));
    }
}
