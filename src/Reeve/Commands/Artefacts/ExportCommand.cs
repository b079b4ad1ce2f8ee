using System.CommandLine;
using System.Globalization;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Recording;
using Reeve.Governance.Tenants;
using Reeve.Operations.Metrics;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Artefacts;

/// <summary><c>reeve export</c>: what is stored of a tenant, as files for other programs (EX-MODEL-17).</summary>
internal static class ExportCommand
{
    // Runs are listed newest first and read one by one; this many fit.
    private const int MostRuns = 10_000;

    internal static Command Build(CommandContext context)
    {
        Option<string> output = new("--output") { Description = "The folder, empty or not there yet.", Required = true };
        Option<string?> tenant = new("--tenant") { Description = "Whose; every tenant's unless given." };
        Option<bool> payloads = new("--payloads") { Description = "Write the values of payloads, too; they are masked unless this is given." };
        Option<string?> store = StoreAccess.Option();
        Command command = new("export", "Write audit events, stage snapshots, metrics and packs as files.") { output, tenant, payloads, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            IReadOnlyList<TenantId> tenants = call.GetValue(tenant) is { } given
                ? [await StoreAccess.TenantAsync(session, given, cancellationToken)]
                : [.. (await session.Tenants.ListAsync(cancellationToken)).Select(each => each.Id)];
            ExportFolder folder = new(context.FullPathOf(call.GetValue(output)!)); // not null: it is required
            foreach (TenantId each in tenants)
            {
                await ExportAsync(session, folder, each, call.GetValue(payloads), cancellationToken);
            }

            context.Output.WriteLine(Shown.Line(context.FullPathOf(call.GetValue(output)!)));
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{folder.Files} files of {tenants.Count} tenants. Payloads are {(call.GetValue(payloads) ? "as received" : "masked; --payloads writes them")}."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task ExportAsync(StoreSession session, ExportFolder folder, TenantId tenant, bool payloads, CancellationToken cancellationToken)
    {
        foreach (Run run in await session.Runs.ListAsync(tenant, MostRuns, cancellationToken))
        {
            await RunFiles.WriteAsync(session.Log.OfRunAsync(tenant, run.Id, cancellationToken), folder, run.Id, payloads);
        }

        TenantMetrics metrics = await session.Metrics.ReadAsync(tenant, cancellationToken);
        folder.Write(JsonText.Render(metrics, static (writer, all) => MetricsFile.Write(writer, all)), ".json", "metrics", tenant.Value);
        foreach (StoredPack pack in await session.Packs.ListAsync(tenant, cancellationToken))
        {
            string kind = pack.Key.Kind == PackKindStored.Domain ? "domainpacks" : "tenantpacks";
            PackContent content = await session.Packs.FindAsync(tenant, pack.Key.Kind, pack.Key.ToString(), cancellationToken)
                ?? throw new InvalidOperationException($"The version {pack.Key} is listed and not there.");
            folder.Write(content.Json.Span, ".json", kind, tenant.Value, pack.Key.Domain.Value, pack.Key.Version);
        }
    }
}
