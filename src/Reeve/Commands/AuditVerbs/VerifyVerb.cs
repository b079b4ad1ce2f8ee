using System.CommandLine;
using System.Globalization;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Audit;

namespace Reeve.Commands.AuditVerbs;

/// <summary><c>reeve audit verify</c>: recomputes every hash of the log and names what does not fit.</summary>
internal static class VerifyVerb
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> heads = new("--heads") { Description = "Heads that were noted earlier: the head lines of an export, or a whole export. Finds a tail that was cut." };
        Option<string?> tenant = new("--tenant") { Description = "Whose log; every tenant's unless given, which finds more." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("verify", "Check the log against its hashes. Exit 3 when something was altered, removed or put in.") { heads, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            IReadOnlyList<ChainHead> noted = call.GetValue(heads) is { } file ? await ReadAsync(context, file, cancellationToken) : [];

            // The log may hold what the list of tenants does not: a tenant's row can be removed, too.
            TenantId? of = call.GetValue(tenant) is { } given ? new TenantId(given) : null;
            AuditReport report = await new AuditVerifier(session.Audit, context.Clock).VerifyAsync(of, noted, progress: null, cancellationToken);
            if (report is { IsClean: true, Events: 0 } && of is not null && await session.Tenants.FindAsync(of.Value, cancellationToken) is null)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Command.NotFound, "The store has neither such a tenant nor anything in its log.", "--tenant", nextStep: "'reeve tenants list' shows the tenants there are."));
            }

            Print(context, call.GetValue(format), report, noted.Count);
            return report.IsClean ? Terminal.Done : Terminal.FailedCheck;
        }, cancellationToken));
        return command;
    }

    private static async Task<IReadOnlyList<ChainHead>> ReadAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream input = File.OpenRead(context.PathOf(file));
            return await HeadsFile.ReadAsync(input, file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, failure.Message, "--heads"), failure);
        }
    }

    private static void Print(CommandContext context, OutputFormat format, AuditReport report, int heads)
    {
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("clean", Value.Of(report.IsClean)),
                ("events", Value.Of(report.Events)),
                ("chains", Value.Of((long)report.Chains)),
                ("bodiesChecked", Value.Of(report.BodiesChecked)),
                ("erased", Value.Of(report.Erased)),
                ("headsCompared", Value.Of((long)heads)),
                ("findings", Value.Of(new ListValue([.. report.Findings.Select(finding => Value.Of(Row(finding)))]))),
                ("moreFindings", Value.Of(report.MoreFindings)))));
            return;
        }

        Listing.Print(context, format, [.. report.Findings.Select(Row)], "tenantId", "position", "kind", "message");
        string more = report.MoreFindings == 0 ? "" : $", {report.MoreFindings:N0} more";
        context.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Events} events in {report.Chains} chains, {report.BodiesChecked} bodies checked, {report.Erased} erased, {heads} heads compared: {(report.IsClean ? "nothing was altered" : $"{report.Findings.Count} findings{more}")}."));
        if (report.IsClean && heads == 0)
        {
            context.Error.WriteLine("Without --heads a tail that was cut together with its commits is not found; note heads where the database's owner cannot write: reeve audit export | grep '\"kind\":\"head\"'.");
        }
    }

    private static ObjectMap Row(AuditFinding finding) => ObjectMap.Of(
        ("tenantId", Value.Of(finding.Tenant?.Value)),
        ("slot", Value.Of((long)finding.Slot)),
        ("position", Value.Of(finding.Position)),
        ("kind", Value.Of(Wire.Name(finding.Kind))),
        ("message", Value.Of(finding.Message)));
}
