using System.CommandLine;
using Reeve.Commands.PackVerbs.Versioning;
using Reeve.Commands.Places;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Records;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;

namespace Reeve.Commands.PackVerbs;

/// <summary><c>reeve packs store</c>: packs become versions of a tenant, inactive unless told otherwise.</summary>
internal static class PackStoreCommand
{
    internal static Command BuildStore(CommandContext context)
    {
        Argument<string[]> files = new("file") { Description = "Domain packs and tenant policies, JSON or YAML.", Arity = ArgumentArity.OneOrMore };
        Option<string> tenant = new("--tenant") { Description = "The tenant they are for.", Required = true };
        Option<bool> activate = new("--activate") { Description = "Make them the active versions of their domains, all together." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("store", "Validate packs and store them as versions of a tenant; storing the same content again changes nothing.") { files, tenant, activate, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            List<StoredPack> stored = [];

            // Domain packs first: a policy is checked against its own.
            foreach ((string file, Document document) in Read(context, call.GetValue(files)!).OrderBy(pack => PackKinds.Of(pack.Document))) // not null: it is required
            {
                try
                {
                    stored.Add(await session.Packs.StoreAsync(of, document, context.Actor, cancellationToken));
                }
                catch (ReeveException fault)
                {
                    return Terminal.Refuse(context.Error, Terminal.Errors(fault), file);
                }
            }

            if (call.GetValue(activate))
            {
                await session.Packs.ActivateAsync(of, [.. stored.Select(pack => pack.Key).Distinct()], context.Actor, cancellationToken);
                stored = [.. stored.Select(pack => pack with { IsActive = true })];
            }

            Listing.Print(context, call.GetValue(format), [.. stored.Select(pack => PackListCommands.Row(pack, null))], "kind", "version", "contentHash", "active");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    // All are read before one is stored.
    private static IReadOnlyList<(string File, Document Document)> Read(CommandContext context, string[] files) =>
        [.. files.Select(file => (file, PackFileReader.Read(context.PathOf(file))))];
}
