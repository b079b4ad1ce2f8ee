using Microsoft.Extensions.Logging;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;

namespace Reeve.Engine.HotReload;

/// <summary>
/// The door to hot reload (EX-PACK-5): looks at a folder of packs each time it is told to, and makes what was changed there the active
/// versions. By content: what was only touched, or says what is a version already, is no change. Whoever owns it calls
/// <see cref="PollAsync"/> now and then, one call at a time.
/// </summary>
public sealed class PackWatch(
    PackWatchOptions options, PackRegistry registry, IWatchTurn turn, Func<TenantId, CancellationToken, Task<bool>> hasTenant, TimeProvider clock, ILogger logger)
{
    private readonly Dictionary<string, WatchedFile> files = new(StringComparer.Ordinal);

    // What each tenant was given of each file, by content: what differs from that later is an edit.
    private readonly Dictionary<(TenantId, string), string> given = [];
    private bool isUnlisted;

    /// <summary>Who edits, as far as the log can say: whoever may write to the folder.</summary>
    public static Principal Actor { get; } = new(PrincipalKind.Service, "system:watch", "reeve", []);

    /// <summary>Looks once. What the store refuses for the moment is tried again at the next call.</summary>
    /// <exception cref="ReeveException">STORE-…: it is not known whose turn it is.</exception>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (!await turn.IsOursAsync(cancellationToken))
        {
            // Another node follows the edits now; when the turn comes back, the files are seen for the first time.
            files.Clear();
            given.Clear();
            return;
        }

        if (!Look())
        {
            return;
        }

        WatchedFile[] all = [.. files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)];
        foreach (IGrouping<string?, WatchedFile> folder in all.GroupBy(file => Path.GetDirectoryName(file.Path)))
        {
            // Files that are saved together are taken together.
            WatchedFile[] own = [.. folder];
            if (own.Any(file => file.IsNew) && own.All(file => file.IsSettled))
            {
                await TakeAsync([.. own.Where(file => WatchedFolders.IsDomain(file.Path))], [.. own.Where(file => !WatchedFolders.IsDomain(file.Path))], cancellationToken);
            }
        }
    }

    private bool Look()
    {
        IReadOnlyList<string> paths;
        try
        {
            paths = WatchedFolders.Files(options.Folder);
            isUnlisted = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!isUnlisted)
            {
                isUnlisted = true;
                Log.Unlisted(logger, fault.GetType().Name);
            }

            return false;
        }

        foreach (string gone in files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Key).Except(paths, StringComparer.Ordinal).ToArray())
        {
            files.Remove(gone);
        }

        foreach (string path in paths)
        {
            if (!files.TryGetValue(path, out WatchedFile? file))
            {
                files.Add(path, file = new WatchedFile(path));
            }

            if (!file.Look(clock, options))
            {
                files.Remove(path);
            }
        }

        return true;
    }

    private async Task TakeAsync(WatchedFile[] domains, WatchedFile[] policies, CancellationToken cancellationToken)
    {
        if (domains.Length != 1)
        {
            foreach (WatchedFile file in domains.Concat(policies).Where(file => file.IsNew))
            {
                file.IsNew = false;
                Log.Alone(logger, Shown(file));
            }

            return;
        }

        WatchedFile domain = domains[0];
        Text pack = Read(domain, static document => (DomainPackReader.Read(document) is var reading && reading.Pack is { } read ? read.Source.Hash : null, default, reading.Errors));
        bool waits = false;
        HashSet<TenantId> told = [];
        foreach (WatchedFile policy in policies)
        {
            Text own = Read(policy, static document => (TenantPolicyReader.Read(document) is var reading && reading.Pack is { } read ? read.Source.Hash : null, reading.Pack?.TenantId, reading.Errors));
            waits |= !await TriedAsync(policy, async () =>
            {
                TenantId? tenant = own.Tenant is { } named && await hasTenant(named, cancellationToken) ? named : null;
                if (own.Errors.Count == 0 && tenant is null)
                {
                    ReeveError unknown = new(ErrorCatalogue.Packs.NoSuchTenant, $"There is no tenant {Core.Wording.Shown.Name(own.Tenant?.Value ?? "")}.", "/tenantId");
                    own = own with { Errors = own.Document?.Place([unknown]) ?? [unknown] };
                }

                if (own.Errors.Count > 0)
                {
                    // What belongs to no tenant, such as a policy that cannot be read, is in the platform's log.
                    await RefuseAsync(policy, policy.TextHash, TenantId.Platform, own.Errors, cancellationToken);
                }
                else if (pack.Errors.Count > 0)
                {
                    told.Add(tenant!.Value); // not null: without one there are errors
                    given.TryAdd((tenant.Value, domain.Path), "");
                }
                else
                {
                    await TakeAsync(tenant!.Value, domain, pack, policy, own, cancellationToken); // not null: as above
                }
            });
        }

        if (pack.Errors.Count > 0)
        {
            waits |= !await TriedAsync(domain, async () =>
            {
                foreach (TenantId tenant in told.OrderBy(tenant => tenant.Value, StringComparer.Ordinal).DefaultIfEmpty(TenantId.Platform))
                {
                    await RefuseAsync(domain, $"{domain.TextHash} {tenant}", tenant, pack.Errors, cancellationToken);
                }
            });
        }

        foreach (WatchedFile file in policies.Append(domain))
        {
            file.IsNew = waits;
        }
    }

    private async Task TakeAsync(TenantId tenant, WatchedFile domain, Text pack, WatchedFile policy, Text own, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<PackVersionKey> active = await registry.TakeAsync(
                tenant, new WatchedText(pack.Document!, IsEdited(tenant, domain, pack)), new WatchedText(own.Document!, IsEdited(tenant, policy, own)), Actor, cancellationToken); // not null: both were read
            given[(tenant, domain.Path)] = pack.ContentHash!; // not null: as above
            given[(tenant, policy.Path)] = own.ContentHash!;
            foreach (PackVersionKey version in active)
            {
                Log.Activated(logger, Core.Wording.Shown.Line(version.ToString()), tenant.Value);
            }
        }
        catch (ReeveException fault) when (!fault.Error.IsTransient)
        {
            // What comes after it is an edit, whatever it says.
            given.TryAdd((tenant, domain.Path), "");
            given.TryAdd((tenant, policy.Path), "");
            IReadOnlyList<ReeveError> errors = fault is ReeveErrorsException many ? many.Errors : [fault.Error];
            await RefuseAsync(policy, $"{domain.TextHash} {policy.TextHash}", tenant, errors, cancellationToken);
        }
    }

    private bool IsEdited(TenantId tenant, WatchedFile file, Text text) => given.TryGetValue((tenant, file.Path), out string? before) && before != text.ContentHash;

    // Each text once, or each pair of texts: a poll that sees them again says nothing.
    private async Task RefuseAsync(WatchedFile file, string texts, TenantId tenant, IReadOnlyList<ReeveError> errors, CancellationToken cancellationToken)
    {
        if (file.Refused.Split('\n').Contains(texts, StringComparer.Ordinal))
        {
            return;
        }

        await registry.RefuseAsync(tenant, new PackRefusal(Shown(file), file.TextHash, errors), Actor, cancellationToken);
        Log.Refused(logger, Shown(file), errors.Count, errors[0].Code, Core.Wording.Shown.Short(errors[0].Subject ?? "", 200), errors[0].Position?.Line ?? 0);
        file.Refused = file.Refused.Length < 4_000 ? $"{file.Refused}\n{texts}" : texts;
    }

    // False when the store could not do it now.
    private async Task<bool> TriedAsync(WatchedFile file, Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (ReeveException fault) when (fault.Error.IsTransient)
        {
            Log.Waits(logger, Shown(file), fault.Error.Code);
            return false;
        }
    }

    private static Text Read(WatchedFile file, Func<Document, (string? Hash, TenantId? Tenant, IReadOnlyList<ReeveError> Errors)> read)
    {
        Document? document = null;
        try
        {
            document = PackFileReader.Parse(file.Bytes, Path.GetFileName(file.Path));
            (string? hash, TenantId? tenant, IReadOnlyList<ReeveError> errors) = read(document);
            return new Text(document, hash, tenant, document.Place(errors));
        }
        catch (ReeveException fault)
        {
            return new Text(document, null, null, fault is ReeveErrorsException many ? many.Errors : [fault.Error]);
        }
    }

    private string Shown(WatchedFile file) => Core.Wording.Shown.Line(Path.GetRelativePath(options.Folder, file.Path));

    /// <param name="Document">The text; null when it is no document.</param>
    /// <param name="ContentHash">What it says; null when there are errors.</param>
    /// <param name="Tenant">Whose policy it is.</param>
    /// <param name="Errors">What is wrong with it alone.</param>
    private sealed record Text(Document? Document, string? ContentHash, TenantId? Tenant, IReadOnlyList<ReeveError> Errors);
}
