using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;

namespace Reeve.Commands.Running;

/// <summary><c>reeve runs</c>: which runs a store has.</summary>
internal static class RunsCommand
{
    private const int LastByDefault = 50;

    internal static Command Build(CommandContext context)
    {
        Option<string?> tenant = new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };
        Option<int> limit = SharedOptions.Limit(LastByDefault);
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command list = new("list", "List the latest runs, newest first.") { tenant, limit, store, format };
        list.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            IReadOnlyList<Run> runs = await session.Runs.ListAsync(of, call.GetValue(limit), cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. runs.Select(Row)], "runId", "kind", "domain", "startedAt", "startedBy");
            return Terminal.Done;
        }, cancellationToken));
        return new Command("runs", "List runs.") { list };
    }

    private static ObjectMap Row(Run run) => ObjectMap.Of(
        ("runId", Value.Of(run.Id.ToString())),
        ("tenantId", Value.Of(run.TenantId.Value)),
        ("kind", Value.Of(Wire.Name(run.Kind))),
        ("domain", Value.Of(run.Domain.Value)),
        ("domainPack", Value.Of(run.DomainPack)),
        ("tenantPolicy", Value.Of(run.TenantPolicy)),
        ("asOf", Listing.Time(run.AsOf)),
        ("logicVersion", Value.Of((long)run.LogicVersion)),
        ("product", Value.Of(run.Product)),
        ("startedAt", Listing.Time(run.StartedAt)),
        ("startedBy", Value.Of(run.StartedBy.Id)));
}
