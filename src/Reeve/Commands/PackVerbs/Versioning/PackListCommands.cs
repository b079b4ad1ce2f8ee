using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Documents;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackVersions;

namespace Reeve.Commands.PackVerbs.Versioning;

/// <summary><c>reeve packs versions</c>, <c>history</c> and <c>diff</c>: what a tenant has, how it came about, how two versions differ.</summary>
internal static class PackListCommands
{
    private const int LastByDefault = 50;

    internal static Command BuildVersions(CommandContext context)
    {
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("versions", "List the stored versions of a tenant's packs, newest first, and how often each was used.") { tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            await session.PackUse.FlushAsync(cancellationToken);
            IReadOnlyList<StoredPack> versions = await session.Packs.ListAsync(of, cancellationToken);
            IReadOnlyList<PackUsage> usage = await session.Packs.UsageAsync(of, cancellationToken);
            Listing.Print(
                context, call.GetValue(format), [.. versions.Select(pack => Row(pack, usage.FirstOrDefault(used => IsOf(used, pack))))],
                "kind", "version", "contentHash", "storedAt", "storedBy", "active", "usageCount", "lastUsedAt");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    internal static Command BuildHistory(CommandContext context)
    {
        Argument<string?> domain = new("domain") { Description = "Of this domain alone.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<PackKindStored?> kind = SharedOptions.Wired<PackKindStored>("--kind", "Of this kind alone");
        Option<int> limit = SharedOptions.Limit(LastByDefault);
        Option<long?> before = new("--before") { Description = "Only what is older than this number of the list.", HelpName = "n" };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("history", "List what was done with a tenant's packs, newest first: who, when, and what differs.") { domain, tenant, kind, limit, before, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            PackHistoryFilter filter = new()
            {
                Kind = call.GetValue(kind),
                Domain = call.GetValue(domain) is { } named ? new DomainName(named) : null,
                Before = call.GetValue(before),
                Limit = call.GetValue(limit),
            };
            IReadOnlyList<PackHistoryEntry> entries = await session.Packs.HistoryAsync(of, filter, cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. entries.Select(Row)], "n", "at", "action", "version", "previous", "by", "summary");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    internal static Command BuildDiff(CommandContext context)
    {
        Argument<string> before = new("before") { Description = StoredNames.Form + "." };
        Argument<string> after = new("after") { Description = "The other one, of the same kind." };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("diff", "Show what differs between two versions.") { before, after, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            StoredNames names = new(session.Packs, of);
            StoredPack left = await names.FindAsync(call.GetRequiredValue(before), cancellationToken);
            StoredPack right = await names.FindAsync(call.GetRequiredValue(after), cancellationToken);
            if (left.Key.Kind != right.Key.Kind)
            {
                context.Error.WriteLine("A domain pack and a policy have nothing in common to compare.");
                return Terminal.Usage;
            }

            Print(context, call.GetValue(format), await session.Packs.DifferenceAsync(of, left.Key.Kind, left.Key.ToString(), right.Key.ToString(), cancellationToken));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    /// <summary>Prints a difference: as JSON, or its summary and a line for each part.</summary>
    internal static void Print(CommandContext context, OutputFormat format, PackDifference difference)
    {
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, JsonText.Parse(difference.ToJson().Span, JsonLimits.Default));
            return;
        }

        context.Output.WriteLine(Shown.Line(difference.Summary));
        foreach (string line in difference.Added.Select(name => $"+ {name}").Concat(difference.Removed.Select(name => $"- {name}")).Concat(difference.Changed.SelectMany(Lines)))
        {
            context.Output.WriteLine(Shown.Line(line));
        }
    }

    /// <summary>A version as rows have it.</summary>
    internal static ObjectMap Row(StoredPack pack, PackUsage? usage) => ObjectMap.Of(
        ("kind", Value.Of(Wire.Name(pack.Key.Kind))),
        ("domain", Value.Of(pack.Key.Domain.Value)),
        ("version", Value.Of(pack.Key.ToString())),
        ("contentHash", Value.Of(pack.ContentHash)),
        ("storedAt", Listing.Time(pack.StoredAt)),
        ("storedBy", Value.Of(pack.StoredBy)),
        ("active", Value.Of(pack.IsActive)),
        ("usageCount", Value.Of(usage?.Count ?? 0)),
        ("lastUsedAt", Listing.Time(usage?.LastUsedAt)));

    private static bool IsOf(PackUsage usage, StoredPack pack) => usage.Kind == pack.Key.Kind && usage.Domain == pack.Key.Domain && usage.ContentHash == pack.ContentHash;

    private static IEnumerable<string> Lines(SectionDifference section) =>
        section.Added is null || section is { Added.Count: 0, Removed.Count: 0, Changed.Count: 0 }
            ? [$"~ {section.Member}"]
            : section.Added.Select(name => $"+ {section.Member}/{name}")
                .Concat((section.Removed ?? []).Select(name => $"- {section.Member}/{name}"))
                .Concat((section.Changed ?? []).Select(name => $"~ {section.Member}/{name}"));

    private static ObjectMap Row(PackHistoryEntry entry)
    {
        Value difference = entry.Difference is { } json ? JsonText.Parse(json.Span, JsonLimits.Default) : Value.Null;
        return ObjectMap.Of(
            ("n", Value.Of(entry.N)),
            ("at", Listing.Time(entry.At)),
            ("action", Value.Of(Wire.Name(entry.Action))),
            ("kind", Value.Of(Wire.Name(entry.Key.Kind))),
            ("domain", Value.Of(entry.Key.Domain.Value)),
            ("version", Value.Of(StoredNames.Of(entry.Key))),
            ("previous", Value.Of(entry.Previous)),
            ("by", Value.Of(entry.By)),
            ("summary", Value.Of(difference.MapOrNull()?["summary"].StringOrNull())),
            ("difference", difference));
    }
}
