using System.CommandLine;
using System.Globalization;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Inventory;
using Reeve.Storage.Migrations;

namespace Reeve.Commands.Places;

/// <summary><c>reeve db status</c>: how a store's schema stands, and what it consists of.</summary>
internal static class DbStatusVerb
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("status", "Show a store's schema, months, sizes, and who may log in. Exit 3 when its schema is not this release's.") { store, format };
        command.SetAction(async (call, cancellationToken) =>
        {
            StoreAddress address = context.Held?.Database.Address ?? StoreAccess.AddressOf(context, call.GetValue(store));
            SchemaStatus status = await new Migrator(Product.Version, context.Clock).StatusAsync(address, cancellationToken);
            StoreContents? contents = status.State == SchemaState.Ready ? await StoreInventory.ReadAsync(address, cancellationToken) : null;
            ObjectMap row = ObjectMap.Of(
                ("store", Value.Of(address.Masked)),
                ("identity", Value.Of(address.Identity)),
                ("state", Value.Of(Wire.Name(status.State))),
                ("current", Value.Of((long)status.Current)),
                ("wanted", Value.Of((long)status.Wanted)),
                ("applied", Listing.Texts(status.Applied)),
                ("pending", Listing.Texts(status.Pending)),
                ("bytes", contents is null ? Value.Null : Value.Of(contents.Bytes)),
                ("oldestEvent", Listing.Time(contents?.OldestEvent)),
                ("months", Listing.Texts(contents?.Months ?? [])),
                ("missingMonths", Listing.Texts(contents?.MissingMonths ?? [])),
                ("tables", Value.Of(new ListValue([.. (contents?.Tables ?? []).Select(table => Value.Of(Row(table)))]))),
                ("logins", Value.Of(new ListValue([.. (contents?.Logins ?? []).Select(login => Value.Of(Row(login)))]))));
            if (call.GetValue(format) == OutputFormat.Json)
            {
                Listing.WriteIndented(context.Output, Value.Of(row));
            }
            else
            {
                Listing.Print(context, OutputFormat.Table, [row], "store", "identity", "state", "current", "wanted", "pending");
                PrintContents(context, contents);
            }

            if (status.Refusal(address.Masked) is { } refusal)
            {
                Terminal.Refuse(context.Error, [refusal]);
            }

            return status.State == SchemaState.Ready ? Terminal.Done : Terminal.FailedCheck;
        });
        return command;
    }

    private static void PrintContents(CommandContext context, StoreContents? contents)
    {
        if (contents is null)
        {
            return;
        }

        context.Output.WriteLine();
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{contents.Bytes:N0} bytes; {(contents.OldestEvent is { } oldest ? $"the oldest event is of {TimeText.Timestamp(oldest)}" : "no event yet")}."));
        if (contents.Months.Count > 0)
        {
            string missing = contents.MissingMonths.Count == 0 ? "none missing" : "missing: " + string.Join(", ", contents.MissingMonths);
            context.Output.WriteLine($"Months {contents.Months[0]} to {contents.Months[^1]}; {missing}.");
        }

        if (contents.Tables.Count > 0)
        {
            context.Output.WriteLine();
            Listing.Print(context, OutputFormat.Table, [.. contents.Tables.Select(Row)], "table", "bytes");
        }

        if (contents.Logins.Count > 0)
        {
            context.Output.WriteLine();
            Listing.Print(context, OutputFormat.Table, [.. contents.Logins.Select(Row)], "role", "kind");
        }
    }

    private static ObjectMap Row(TableSize table) => ObjectMap.Of(("table", Value.Of(table.Table)), ("bytes", Value.Of(table.Bytes)));

    private static ObjectMap Row(StoreLogin login) => ObjectMap.Of(("role", Value.Of(login.Role)), ("kind", Value.Of(login.Kind)));
}
