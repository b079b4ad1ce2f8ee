using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackFiles;

namespace Reeve.Commands.PackVerbs;

/// <summary>A policy bound to its domain pack, and where both came from.</summary>
/// <param name="DomainFile">The domain pack's file, as it was given or found.</param>
/// <param name="PolicyFile">The policy's file; null for the policy that the domain pack alone implies.</param>
/// <param name="Bound">The pair.</param>
internal sealed record GivenPair(string DomainFile, string? PolicyFile, BoundPolicy Bound);

/// <summary>
/// The packs of one command, each file read once, and how policies find their domain packs: among those given, the nearest
/// first, and where none was given in the policy's own folder.
/// </summary>
internal sealed partial class GivenPacks
{
    // A folder of packs has a handful of files; a folder of something else is not searched through.
    private const int MaxNeighbours = 200;

    // A folder that may be entered and not listed has a policy and no neighbours.
    private static readonly EnumerationOptions Listable = new() { IgnoreInaccessible = true, AttributesToSkip = default };

    private readonly IReadOnlyList<GivenFile> files;
    private readonly List<DomainFile> domains = [];
    private readonly List<PolicyFile> policies = [];
    private readonly Dictionary<GivenFile, IReadOnlyList<ReeveError>> unreadable = [];

    /// <summary>Reads the files; what cannot be read is reported like any other error.</summary>
    internal GivenPacks(IReadOnlyList<GivenFile> files)
    {
        this.files = files;
        foreach (GivenFile file in files)
        {
            if (file.Fault is { } known)
            {
                unreadable[file] = [known];
                continue;
            }

            try
            {
                Document document = PackFileReader.Read(file.Path);
                if (file.Wanted is { } wanted && IsTheOther(document, wanted))
                {
                    throw new ReeveException(Exchanged(wanted));
                }

                if ((file.Wanted ?? PackKinds.Of(document)) == PackKind.Domain)
                {
                    domains.Add(new DomainFile(file, DomainPackReader.Read(document)) { Document = document });
                }
                else
                {
                    policies.Add(new PolicyFile(file, document, TenantPolicyReader.Read(document)));
                }
            }
            catch (ReeveException fault)
            {
                unreadable[file] = Terminal.Errors(fault);
            }
        }
    }

    /// <summary>Reads, validates and binds a domain pack and a policy; prints every error and warning. Null when they cannot be used.</summary>
    internal static BoundPolicy? Load(CommandContext context, string domainPath, string policyPath) => new GivenPacks(
    [
        new GivenFile(domainPath, context.PathOf(domainPath)) { Wanted = PackKind.Domain },
        new GivenFile(policyPath, context.PathOf(policyPath)) { Wanted = PackKind.Tenant },
    ]).Pairs(context.Error)?[0].Bound;

    /// <summary>
    /// Every policy that paths stand for, bound to its domain pack, and each domain pack without a policy bound to what it implies;
    /// prints every error and warning. Null when something cannot be used.
    /// </summary>
    internal static IReadOnlyList<GivenPair>? LoadAll(CommandContext context, IEnumerable<string> paths) =>
        new GivenPacks(PackPaths.Files(paths.Select(path => (path, context.PathOf(path))))).Pairs(context.Error);

    private bool HasBadDomain => unreadable.Count > 0 || domains.Exists(domain => domain.Reading.Pack is null);

    // All files are read before anything is refused, so that all that is wrong comes out together.
    private IReadOnlyList<GivenPair>? Pairs(TextWriter talk)
    {
        foreach (GivenFile file in files)
        {
            if (unreadable.TryGetValue(file, out IReadOnlyList<ReeveError>? errors))
            {
                Terminal.Refuse(talk, errors, errors[0].Subject == file.Path ? null : file.Shown);
            }
        }

        domains.ForEach(domain => Tell(talk, domain.Reading.Warnings, domain.File.Shown));
        policies.ForEach(policy => Tell(talk, policy.Reading.Warnings, policy.File.Shown));
        domains.ForEach(domain => Terminal.Refuse(talk, domain.Reading.Errors, domain.File.Shown));
        policies.ForEach(policy => Terminal.Refuse(talk, policy.Reading.Errors, policy.File.Shown));
        bool good = !HasBadDomain && AreDistinct(talk);
        if (!good)
        {
            return null;
        }

        List<(DomainFile Domain, GivenPair Pair)> bound = [];
        foreach (PolicyFile policy in policies)
        {
            good &= policy.Reading.Pack is { } read && Bind(policy, read, talk, bound);
        }

        return !good ? null
            : [.. domains.SelectMany(domain => bound.Where(pair => ReferenceEquals(pair.Domain, domain)).Select(pair => pair.Pair).DefaultIfEmpty(Alone(domain))),
               .. bound.Where(pair => !domains.Contains(pair.Domain)).Select(pair => pair.Pair)];
    }

    private bool Bind(PolicyFile policy, TenantPolicy read, TextWriter talk, List<(DomainFile, GivenPair)> bound)
    {
        // With one domain pack there is no question which is meant, so what the policy refers to is told place by place.
        PackReading<DomainFile> found = domains.Count == 1 ? new PackReading<DomainFile>(domains[0], [], []) : FindDomain(policy, read);
        Terminal.Refuse(talk, found.Errors, policy.File.Shown);
        if (found.Pack is not { } domain)
        {
            return false;
        }

        PackReading<BoundPolicy> pair = PolicyBinder.Bind(domain.Reading.Pack!, read); // not null: no domain pack here has errors
        Tell(talk, policy.Document.Place(pair.Warnings), policy.File.Shown);
        Terminal.Refuse(talk, policy.Document.Place(pair.Errors), policy.File.Shown);
        if (pair.Pack is { } made)
        {
            bound.Add((domain, new GivenPair(domain.File.Shown, policy.File.Shown, made)));
        }

        return pair.IsValid;
    }

    // A folder stands for its domain pack; of two of one name nobody knows which is meant.
    private bool AreDistinct(TextWriter talk)
    {
        for (int i = 0; i < domains.Count; i++)
        {
            if (domains.FindIndex(other => other.Reading.Pack!.Name == domains[i].Reading.Pack!.Name && FolderOf(other.File) == FolderOf(domains[i].File)) is var first && first < i) // not null: no domain pack here has errors
            {
                Terminal.Refuse(talk, [new ReeveError(
                    ErrorCatalogue.Packs.SaidTwice, $"{Path.GetFileName(domains[first].File.Path)} is a domain pack of the same name.", domains[i].File.Shown, nextStep: "Name the files that are meant.")]);
                return false;
            }
        }

        return true;
    }

    private PackReading<DomainFile> FindDomain(PolicyFile policy, TenantPolicy read)
    {
        DomainFile[] given = [.. domains.Where(domain => domain.Reading.Pack is not null)];
        PackReading<DomainFile> found = Find([.. given.Where(domain => FolderOf(domain.File) == FolderOf(policy.File))]);
        if (!found.IsValid)
        {
            found = Find(given);
        }

        if (!found.IsValid && domains.Count == 0)
        {
            found = Find([.. Neighbours(policy.File)]);
        }

        return found with { Errors = policy.Document.Place(found.Errors) };

        PackReading<DomainFile> Find(DomainFile[] among)
        {
            PackReading<DomainPack> reading = PolicyBinder.FindDomain(read, [.. among.Select(domain => domain.Reading.Pack!)]); // not null: only good ones are among them
            return new PackReading<DomainFile>(Array.Find(among, domain => ReferenceEquals(domain.Reading.Pack, reading.Pack)), reading.Errors, []);
        }
    }

    private static IEnumerable<DomainFile> Neighbours(GivenFile policy)
    {
        foreach (string neighbour in Directory.EnumerateFiles(FolderOf(policy), "*", Listable).Order(StringComparer.Ordinal).Take(MaxNeighbours))
        {
            if (PackPaths.IsPackName(neighbour) && TryReadDomain(neighbour) is { } reading)
            {
                yield return new DomainFile(new GivenFile(neighbour, neighbour), reading);
            }
        }
    }

    // A neighbour that is no good domain pack is simply not the one looked for.
    private static PackReading<DomainPack>? TryReadDomain(string file)
    {
        try
        {
            Document document = PackFileReader.Read(file);
            return PackKinds.Of(document) == PackKind.Domain && DomainPackReader.Read(document) is { IsValid: true } good ? good : null;
        }
        catch (ReeveException)
        {
            return null;
        }
    }

    // Everything that the pack itself allows, for a tenant that exists only while the command runs.
    private static GivenPair Alone(DomainFile domain)
    {
        DomainPack pack = domain.Reading.OrThrow();
        string json = JsonText.ToText(Value.Of(ObjectMap.Of(("tenantId", Value.Of("PACK_TEST")), ("domainName", Value.Of(pack.Name.Value)))));
        TenantPolicy implied = TenantPolicyReader.Read(DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default)).OrThrow();
        return new GivenPair(domain.File.Shown, null, PolicyBinder.Bind(pack, implied).OrThrow());
    }

    // What it certainly is, so that two files in each other's place are not told twenty unknown fields.
    private static bool IsTheOther(Document document, PackKind wanted)
    {
        bool hasTypes = document.Root.MapOrNull() is { } map && (map.TryGet("exceptionTypes", out _) || map.TryGet("exception_types", out _));
        bool hasTenant = document.Root.MapOrNull() is { } root && (root.TryGet("tenantId", out _) || root.TryGet("tenant_id", out _));
        return hasTypes != hasTenant && hasTypes == (wanted == PackKind.Tenant);
    }

    private static ReeveError Exchanged(PackKind wanted) => wanted == PackKind.Domain
        ? new ReeveError(ErrorCatalogue.Packs.NotAPack, "It is a tenant policy; a domain pack belongs here.", "", nextStep: "Give the domain pack here, and the policy in its place.")
        : new ReeveError(ErrorCatalogue.Packs.NotAPack, "It is a domain pack; a tenant policy belongs here.", "", nextStep: "Give the policy here, and the domain pack in its place.");

    private static void Tell(TextWriter talk, IReadOnlyList<ReeveError> warnings, string path)
    {
        foreach (ReeveError warning in warnings)
        {
            talk.WriteLine(Shown.Line($"{path}: warning {warning}"));
        }
    }

    private static string FolderOf(GivenFile file) => Path.GetDirectoryName(Path.GetFullPath(file.Path))!; // not null: a file is in a folder

    private sealed record DomainFile(GivenFile File, PackReading<DomainPack> Reading)
    {
        // Null of one that was not given and found beside a policy.
        internal Document? Document { get; init; }
    }

    private sealed record PolicyFile(GivenFile File, Document Document, PackReading<TenantPolicy> Reading);
}
