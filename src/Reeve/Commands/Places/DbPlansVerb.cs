using System.CommandLine;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;
using Reeve.Storage.Plans;

namespace Reeve.Commands.Places;

/// <summary><c>reeve db verify-plans</c>: whether every statement that needs an index uses it.</summary>
internal static class DbPlansVerb
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("verify-plans", "Explain the statements of the product over a store's tables; executes none. Exit 3 when an index that should be used is not.") { store, format };
        command.SetAction(async (call, cancellationToken) =>
        {
            StoreAddress address = context.Held?.Database.Address ?? StoreAccess.AddressOf(context, call.GetValue(store));
            if (address.Dialect == Dialect.Sqlite)
            {
                return await StoreAccess.RunAsync(
                    context, call.GetValue(store), session => VerifyAsync(context, call.GetValue(format), session.Database, cancellationToken), cancellationToken);
            }

            // As a node logs in, but without a slot of its own: nothing is written.
            await new Migrator(Product.Version, context.Clock).CheckAsync(address, cancellationToken);
            await using PostgresDatabase database = new(address);
            return await VerifyAsync(context, call.GetValue(format), database, cancellationToken);
        });
        return command;
    }

    private static async Task<int> VerifyAsync(CommandContext context, OutputFormat format, Database database, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlanFinding> findings = await new PlanVerifier(database).VerifyAsync(cancellationToken);
        PlanFinding[] unused = [.. findings.Where(finding => finding.Outcome == PlanOutcome.Unused)];
        int undecided = findings.Count(finding => finding.Outcome == PlanOutcome.Undecided);
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("store", Value.Of(database.Address.Masked)),
                ("used", Value.Of((long)findings.Count(finding => finding.Outcome == PlanOutcome.Used))),
                ("undecided", Value.Of((long)undecided)),
                ("unused", Value.Of((long)unused.Length)),
                ("statements", Value.Of(new ListValue([.. findings.Select(finding => Value.Of(Row(finding)))]))))));
        }
        else
        {
            Listing.Print(context, OutputFormat.Table, [.. findings.Select(Row)], "statement", "table", "index", "outcome");
        }

        if (unused.Length > 0)
        {
            Terminal.Refuse(context.Error, [.. unused.Select(finding => new ReeveError(
                ErrorCatalogue.Storage.UnusedIndex,
                $"The statement '{finding.Expected.Name}' needs the index {finding.Expected.Index} of {finding.Expected.Table}; the plan is: {finding.Found}.",
                finding.Expected.Index))]);
            return Terminal.FailedCheck;
        }

        string small = undecided == 0 ? "" : $" {undecided} are undecided: their tables are so small that any index will do.";
        context.Error.WriteLine($"{findings.Count} statements explained; no index is missing or unused.{small}");
        return Terminal.Done;
    }

    private static ObjectMap Row(PlanFinding finding) => ObjectMap.Of(
        ("statement", Value.Of(finding.Expected.Name)),
        ("table", Value.Of(finding.Expected.Table)),
        ("index", Value.Of(finding.Expected.Index)),
        ("outcome", Value.Of(Wire.Name(finding.Outcome))),
        ("plan", Value.Of(finding.Found)));
}
