using System.CommandLine;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;

namespace Reeve.Commands.Places;

/// <summary><c>reeve db</c>: the schema of a store. A SQLite file is migrated by whatever opens it; PostgreSQL by this verb alone, as its owner.</summary>
internal static class DbCommand
{
    internal static Command Build(CommandContext context) =>
        new("db", "Migrate a store, show how it stands, and check that its indexes are used.") { BuildMigrate(context), DbStatusVerb.Build(context), DbPlansVerb.Build(context) };

    private static Command BuildMigrate(CommandContext context)
    {
        Option<string> store = new("--store") { Description = "The store, named in full; PostgreSQL as the owner of the database, who needs CREATEROLE the first time.", Required = true };
        Option<string?> grantTo = new("--grant-to") { Description = "A login role that is made a node's: a NOINHERIT member of reeve_app, reeve_engine and reeve_eraser." };
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("migrate", "Bring a store to this release's schema: forward only, and once is enough.") { store, grantTo, format };
        command.SetAction(async (call, cancellationToken) =>
        {
            StoreAddress address = StoreAccess.AddressOf(context, call.GetValue(store));
            if (address.Dialect == Dialect.Sqlite && call.GetValue(grantTo) is null)
            {
                // Whatever opens a file brings it to this release's schema; this verb opens it, and tells.
                return await StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { MayCreate = true }, session =>
                {
                    MigrationReport done = session.Migrated!; // not null: it is a file

                    // A server did it when it started, not now.
                    Print(context, call.GetValue(format), session.Database.Address, context.Held is null ? done : done with { Created = [], Skipped = [.. done.Skipped, .. done.Created] });
                    return Task.FromResult(Terminal.Done);
                }, cancellationToken);
            }

            MigrationReport report = await new Migrator(Product.Version, context.Clock).MigrateAsync(address, call.GetValue(grantTo), cancellationToken);
            Print(context, call.GetValue(format), address, report);
            return report.Failed is null ? Terminal.Done : Terminal.Refuse(context.Error, [report.Failed.Error]);
        });
        return command;
    }

    private static void Print(CommandContext context, OutputFormat format, StoreAddress address, MigrationReport report)
    {
        ObjectMap[] rows =
        [
            .. report.Skipped.Select(label => Row(label, "SKIPPED")),
            .. report.Created.Select(label => Row(label, "CREATED")),
            .. report.Failed is { } failed ? [Row(failed.Label, "FAILED")] : Array.Empty<ObjectMap>(),
        ];
        Listing.Print(context, format, rows, "migration", "outcome");
        context.Error.WriteLine(Shown.Line(
            $"{address.Masked}: {report.Created.Count} created, {report.Skipped.Count} skipped, {(report.Failed is null ? 0 : 1)} failed.{(report.GrantedTo is { } role ? $" {role} may be used by nodes." : "")}"));
    }

    private static ObjectMap Row(string label, string outcome) => ObjectMap.Of(("migration", Value.Of(label)), ("outcome", Value.Of(outcome)));
}
