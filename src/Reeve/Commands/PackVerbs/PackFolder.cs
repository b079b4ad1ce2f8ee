using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Engine.PackFiles;

namespace Reeve.Commands.PackVerbs;

/// <summary>The pack files of one command, each read once, and how policies find their domain packs among them.</summary>
internal sealed class PackFolder
{
    // A folder of packs has a handful of files; a folder of something else is not searched through.
    private const int MaxNeighbours = 200;

    private readonly List<(string File, PackReading<DomainPack> Reading)> domains = [];
    private readonly List<(string File, Document Document, PackReading<TenantPolicy> Reading)> policies = [];
    private readonly Dictionary<string, PackReport> unreadable = new(StringComparer.Ordinal);

    /// <summary>Reads the files; what cannot be read is reported like any other error.</summary>
    internal PackFolder(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            try
            {
                Document document = PackFileReader.Read(file);
                if (PackKinds.Of(document) == PackKind.Domain)
                {
                    domains.Add((file, DomainPackReader.Read(document)));
                }
                else
                {
                    policies.Add((file, document, TenantPolicyReader.Read(document)));
                }
            }
            catch (ReeveException fault)
            {
                unreadable[file] = new PackReport(file, "", "cannot be read", [fault.Error], []);
            }
        }
    }

    private bool HasBadDomain => unreadable.Count > 0 || domains.Exists(domain => domain.Reading.Pack is null);

    /// <summary>A report on each file, in the order given.</summary>
    internal IEnumerable<PackReport> Reports(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            yield return unreadable.TryGetValue(file, out PackReport? failed) ? failed
                : domains.Find(domain => domain.File == file) is { Reading: not null } domain ? Report(file, domain.Reading)
                : Report(policies.Find(policy => policy.File == file));
        }
    }

    /// <summary>The one domain pack of the command, and the policy bound to it when there is one.</summary>
    /// <exception cref="ReeveException">Something is wrong with one of them; holds every error.</exception>
    internal (DomainPack Domain, BoundPolicy? Bound) Open()
    {
        if (unreadable.Count > 0)
        {
            throw new ReeveErrorsException([.. unreadable.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value.Errors)]);
        }

        if ((domains.Count > 1 ? domains[1].File : policies.Count > 1 ? policies[1].File : null) is { } second)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.SaidTwice, $"Both files are {(domains.Count > 1 ? "domain packs" : "tenant policies")}.", second));
        }

        if (policies.Count == 0)
        {
            return (domains[0].Reading.OrThrow(), null);
        }

        (string file, Document document, PackReading<TenantPolicy> reading) = policies[0];
        TenantPolicy policy = reading.OrThrow();
        DomainPack domain = FindDomain(file, document, policy).OrThrow();
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, policy);
        return bound.IsValid
            ? (domain, bound.Pack)
            : throw new ReeveErrorsException(document.Place(bound.Errors));
    }

    private static PackReport Report(string file, PackReading<DomainPack> reading)
    {
        string summary = reading.Pack is { } pack
            ? $"domain pack {pack.Name} {pack.Version} is valid: {pack.ExceptionTypes.Count} types, {pack.Tools.Count} tools, {pack.Playbooks.Count} playbooks"
            : $"domain pack with {Count(reading.Errors)}";
        return new PackReport(file, "domain", summary, reading.Errors, reading.Warnings);
    }

    private PackReport Report((string File, Document Document, PackReading<TenantPolicy> Reading) policy)
    {
        if (policy.Reading.Pack is not { } read)
        {
            return Failed(policy.Reading.Errors, policy.Reading.Warnings);
        }

        PackReading<DomainPack> found = FindDomain(policy.File, policy.Document, read);
        if (found.Pack is not { } domain)
        {
            // That there is no such pack would be false: it may well be the one that has errors, and those are told.
            return HasBadDomain
                ? new PackReport(policy.File, "tenant", $"tenant policy {read.TenantId} was not checked: a domain pack has errors", [], policy.Reading.Warnings) { IsChecked = false }
                : Failed(found.Errors, policy.Reading.Warnings);
        }

        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, read);
        IReadOnlyList<ReeveError> warnings = [.. policy.Reading.Warnings, .. policy.Document.Place(bound.Warnings)];
        if (bound.Pack is not { } pair)
        {
            return Failed(policy.Document.Place(bound.Errors), warnings);
        }

        string how = pair.ApprovalsDerived ? "derived" : "approved";
        string summary = $"tenant policy {read.TenantId} for {domain.Name} is valid: {pair.ApprovedProcesses.Count} of {pair.Playbooks.Count} playbooks {how}";
        return new PackReport(policy.File, "tenant", summary, [], warnings);

        PackReport Failed(IReadOnlyList<ReeveError> errors, IReadOnlyList<ReeveError> warnings) =>
            new(policy.File, "tenant", $"tenant policy with {Count(errors)}", errors, warnings);
    }

    // First among the files given, then among those in the policy's own folder.
    private PackReading<DomainPack> FindDomain(string file, Document document, TenantPolicy policy)
    {
        DomainPack[] given = [.. domains.Select(domain => domain.Reading.Pack).OfType<DomainPack>()];
        PackReading<DomainPack> found = PolicyBinder.FindDomain(policy, given);
        if (!found.IsValid && given.Length == 0 && domains.Count == 0)
        {
            found = PolicyBinder.FindDomain(policy, [.. Neighbours(file)]);
        }

        return found with { Errors = document.Place(found.Errors) };
    }

    private static IEnumerable<DomainPack> Neighbours(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!; // not null: a file is in a folder
        foreach (string neighbour in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Take(MaxNeighbours))
        {
            if (Path.GetExtension(neighbour).ToLowerInvariant() is ".json" or ".yaml" or ".yml" && TryReadDomain(neighbour) is { } pack)
            {
                yield return pack;
            }
        }
    }

    // A neighbour that is no good domain pack is simply not the one looked for.
    private static DomainPack? TryReadDomain(string file)
    {
        try
        {
            Document document = PackFileReader.Read(file);
            return PackKinds.Of(document) == PackKind.Domain ? DomainPackReader.Read(document).Pack : null;
        }
        catch (ReeveException)
        {
            return null;
        }
    }

    private static string Count(IReadOnlyList<ReeveError> errors) => errors.Count == 1 ? "1 error" : $"{errors.Count} errors";
}
