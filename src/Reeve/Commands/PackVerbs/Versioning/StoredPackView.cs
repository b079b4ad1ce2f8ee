using Reeve.Commands.Places;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Server.Hosting;

namespace Reeve.Commands.PackVerbs.Versioning;

/// <summary>What <c>reeve packs show --version</c> and <c>reeve packs validate --against-store</c> say of a store.</summary>
internal static class StoredPackView
{
    /// <summary>Shows a stored version.</summary>
    internal static Task<int> ShowAsync(CommandContext context, StoredPackRequest request, string version, OutputFormat shape, CancellationToken cancellationToken) =>
        StoreAccess.RunAsync(context, request.Store, async session =>
        {
            TenantId tenant = await StoreAccess.TenantAsync(session, request.Tenant, cancellationToken);
            StoredPack pack = await new StoredNames(session.Packs, tenant).FindAsync(version, cancellationToken);
            PackContent content = await session.Packs.FindAsync(tenant, pack.Key.Kind, pack.Key.ToString(), cancellationToken)
                ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.UnknownVersion, $"The tenant has no {Shown.Name(version)}.", version));
            Value document = JsonText.Parse(content.Json.Span, JsonLimits.Default);
            if (shape == OutputFormat.Json)
            {
                ObjectMap row = PackListCommands.Row(pack, null);
                Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                    ("kind", row["kind"]), ("version", row["version"]), ("contentHash", row["contentHash"]), ("storedAt", row["storedAt"]),
                    ("storedBy", row["storedBy"]), ("active", row["active"]), ("document", document))));
                return Terminal.Done;
            }

            if (pack.Key.Kind == PackKindStored.Domain)
            {
                Print(context, PackOverview.Of(DomainPackReader.Read(new Document(version, document, static _ => { })).OrThrow(), null));
            }
            else
            {
                var bound = await session.Packs.BindAsync(tenant, $"{pack.Key.Domain}@active", pack.Key.ToString(), cancellationToken);
                Print(context, PackOverview.Of(bound.Domain, bound));
            }

            return Terminal.Done;
        }, cancellationToken);

    /// <summary>Checks files against what a tenant has active, and stores nothing.</summary>
    internal static Task<int> PreviewAsync(CommandContext context, StoredPackRequest request, string[] files, OutputFormat shape, CancellationToken cancellationToken) =>
        StoreAccess.RunAsync(context, request.Store, async session =>
        {
            TenantId tenant = await StoreAccess.TenantAsync(session, request.Tenant, cancellationToken);
            List<ObjectMap> rows = [];
            bool good = true;
            foreach (GivenFile file in PackPaths.Files(files.Select(file => (file, context.PathOf(file)))))
            {
                try
                {
                    if (file.Fault is { } fault)
                    {
                        throw new ReeveException(fault);
                    }

                    PackPreview preview = await session.Packs.PreviewAsync(tenant, PackFileReader.Read(file.Path), cancellationToken);
                    foreach (ReeveError warning in preview.Warnings)
                    {
                        context.Error.WriteLine(Shown.Line($"{file.Shown}: warning {warning}"));
                    }

                    rows.Add(Row(file.Shown, preview));
                }
                catch (ReeveException refusal) when (!refusal.Error.IsTransient)
                {
                    good = false;
                    rows.Add(Refused(file.Shown, Terminal.Errors(refusal)));
                    Terminal.Refuse(context.Error, Terminal.Errors(refusal), file.Shown);
                }
            }

            Listing.Print(context, shape, rows, "file", "valid", "version", "stored", "versionTaken", "active", "checkedAgainst", "summary");
            return good ? Terminal.Done : Terminal.Refused;
        }, cancellationToken);

    private static void Print(CommandContext context, Value overview)
    {
        foreach (string line in PackText.Lines(overview))
        {
            context.Output.WriteLine(Shown.Line(line));
        }
    }

    private static ObjectMap Row(string file, PackPreview preview) => ObjectMap.Of(
        ("file", Value.Of(file)),
        ("valid", Value.Of(true)),
        ("version", Value.Of(StoredNames.Of(preview.Key))),
        ("stored", Value.Of(preview.IsStored)),
        ("versionTaken", Value.Of(preview.IsTaken)),
        ("active", Value.Of(preview.Active is { } active ? StoredNames.Of(active) : null)),
        ("checkedAgainst", Value.Of(preview.CheckedAgainst is { } against ? StoredNames.Of(against) : null)),
        ("summary", Value.Of(preview.Difference?.Summary)),
        ("difference", preview.Difference is { } difference ? JsonText.Parse(difference.ToJson().Span, JsonLimits.Default) : Value.Null),
        ("errors", Listing.Texts([])));

    private static ObjectMap Refused(string file, IReadOnlyList<ReeveError> errors) => ObjectMap.Of(
        ("file", Value.Of(file)),
        ("valid", Value.Of(false)),
        ("errors", Listing.Texts(errors.Select(error => $"{error.Code} {error.Subject}: {error.Message}"))));
}

/// <summary>Where stored packs are.</summary>
/// <param name="Tenant">Whose; null: the only tenant's.</param>
/// <param name="Store">The store as it was given; null: as set.</param>
internal sealed record StoredPackRequest(string? Tenant, string? Store);
