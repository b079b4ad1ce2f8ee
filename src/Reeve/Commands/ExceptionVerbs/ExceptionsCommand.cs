using System.CommandLine;
using System.Text.Json;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Recording;
using Reeve.Server.Hosting;

namespace Reeve.Commands.ExceptionVerbs;

/// <summary><c>reeve exceptions</c>: what is on record, and why it was decided so.</summary>
internal static class ExceptionsCommand
{
    private const int PageByDefault = 50;

    // What is stored was accepted at the door once; here nothing is refused again.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 1000, AllowNul = true, InfiniteIsNull = true };

    internal static Command Build(CommandContext context) =>
        new("exceptions", "List exceptions, and show one with every decision's reasons.") { BuildList(context), BuildShow(context) };

    private static Command BuildList(CommandContext context)
    {
        Option<string?> tenant = TenantOption();
        Option<ResolutionStatus?> status = SharedOptions.Wired<ResolutionStatus>("--status", "Where they stand");
        Option<Severity?> severity = SharedOptions.Wired<Severity>("--severity", "How severe they are");
        Option<string?> domain = new("--domain") { Description = "Their domain." };
        Option<string?> type = new("--type") { Description = "Their type." };
        Option<int> limit = SharedOptions.Limit(PageByDefault);
        Option<string?> cursor = new("--cursor") { Description = "Where the page before ended; it says so at its end." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("list", "List exceptions, newest first.") { tenant, status, severity, domain, type, limit, cursor, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            ExceptionQuery query = new()
            {
                Domain = call.GetValue(domain) is { } name ? new DomainName(name) : null,
                Status = call.GetValue(status),
                Severity = call.GetValue(severity),
                Type = call.GetValue(type) is { } wanted ? new ExceptionTypeName(wanted) : null,
                Limit = call.GetValue(limit),
                Cursor = call.GetValue(cursor),
            };
            ExceptionPage page = await session.Exceptions.ListAsync(of, query, cancellationToken);
            Print(context, call.GetValue(format), of, page);
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string> id = new("id") { Description = "Its exceptionId." };
        Option<string?> tenant = TenantOption();
        Option<bool> payload = new("--payload") { Description = "Show the values of the payload, too; they are masked unless this is given." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("show", "Show an exception: its record, every stage's reasons, the plan, and what happened to it.") { id, tenant, payload, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            Value found = await FindAsync(session, of, call.GetValue(id)!, cancellationToken); // not null: it is required
            Value shown = call.GetValue(payload) ? found : PayloadMask.Apply(found);
            if (call.GetValue(format) == OutputFormat.Json)
            {
                Listing.WriteIndented(context.Output, shown);
            }
            else
            {
                new CaseText(context.Output).Print(shown.AsMap());
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Option<string?> TenantOption() => new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };

    private static void Print(CommandContext context, OutputFormat format, TenantId tenant, ExceptionPage page)
    {
        ObjectMap[] rows = [.. page.Items.Select(Row)];
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("items", Value.Of(new ListValue([.. rows.Select(row => Value.Of(row))]))),
                ("total", Value.Of(page.Total)),
                ("total_is_lower_bound", Value.Of(page.TotalIsLowerBound)),
                ("next_cursor", Value.Of(page.Next)))));
            return;
        }

        Listing.Print(context, format, rows, "exceptionId", "severity", "resolutionStatus", "exceptionType", "domain", "owner", "createdAt");
        if (format == OutputFormat.Table)
        {
            context.Error.WriteLine($"{rows.Length} of {(page.TotalIsLowerBound ? "more than " : "")}{page.Total} exceptions.");
        }

        if (page.Next is { } next)
        {
            context.Error.WriteLine($"More: --cursor {next}");
        }
        else if (rows.Length > 0 && format == OutputFormat.Table)
        {
            context.Error.WriteLine(Shown.Line($"Next: reeve exceptions show --tenant {tenant}{StoreAccess.Repeated(context)} {ShellWord.LastArgument(page.Items[0].Record.ExceptionId.Value)}"));
        }
    }

    private static ObjectMap Row(ExceptionRow row) => ObjectMap.Of(
        ("exceptionId", Value.Of(row.Record.ExceptionId.Value)),
        ("tenantId", Value.Of(row.Record.TenantId.Value)),
        ("domain", Value.Of(row.Domain.Value)),
        ("sourceSystem", Value.Of(row.Record.SourceSystem)),
        ("exceptionType", Value.Of(row.Record.ExceptionType?.Value)),
        ("severity", Listing.Name(row.Record.Severity)),
        ("resolutionStatus", Value.Of(Wire.Name(row.Record.ResolutionStatus))),
        ("actionability", Listing.Name(row.Actionability)),
        ("currentPlaybookId", Value.Of(row.Record.CurrentPlaybookId?.Value)),
        ("owner", Value.Of(row.Record.Owner)),
        ("timestamp", Listing.Time(row.Record.Timestamp)),
        ("createdAt", Listing.Time(row.CreatedAt)),
        ("updatedAt", Listing.Time(row.UpdatedAt)),
        ("resolvedAt", Listing.Time(row.ResolvedAt)),
        ("runId", Value.Of(row.RunId.ToString())),
        ("externalId", Value.Of(row.ExternalId)));

    private static async Task<Value> FindAsync(StoreSession session, TenantId tenant, string id, CancellationToken cancellationToken)
    {
        RecordedCase found = await session.History.FindAsync(tenant, new ExceptionId(id), cancellationToken)
            ?? throw new ReeveException(new ReeveError(
                ErrorCatalogue.Command.NotFound, $"Tenant {tenant} has no exception {Shown.Name(id)}.", nextStep: "Check the id and the tenant: reeve exceptions list."));
        byte[] json = JsonText.Render(found, static (writer, item) => Write(writer, item));
        return JsonText.Parse(json, Stored);
    }

    private static void Write(Utf8JsonWriter writer, RecordedCase found)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("exception");
        found.WriteRecord(writer);
        writer.WriteString("resolutionStatus", Wire.Name(found.Row.Record.ResolutionStatus));
        writer.WritePropertyName("result");
        found.WriteResult(writer);
        writer.WritePropertyName("auditTrail");
        found.WriteTrail(writer);
        writer.WriteEndObject();
    }
}
