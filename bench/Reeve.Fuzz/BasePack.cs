using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;

namespace Reeve.Fuzz;

/// <summary>A good domain pack with a policy and items of its domain: what cases are made out of.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Domain">The domain pack as JSON.</param>
/// <param name="Policy">The policy as JSON.</param>
/// <param name="Items">Raw items, a JSON object each.</param>
/// <param name="Bound">The two bound.</param>
public sealed record BasePack(string Name, string Domain, string Policy, IReadOnlyList<string> Items, BoundPolicy Bound)
{
    /// <summary>The pack that the campaign brings along.</summary>
    public static BasePack BuiltIn() => Make("parcels", Resource("parcels.domain.json"), Resource("parcels.policy.json"), Lines(Resource("parcels.items.jsonl")));

    /// <summary>
    /// The pack of a folder: the one domain pack and the first policy of its files, by name, with the items of its
    /// <c>.jsonl</c> files; without any, those of the pack's own tests.
    /// </summary>
    public static BasePack Open(string folder)
    {
        Document? domain = null;
        Document? policy = null;
        List<string> items = [];
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(file) is ".json" or ".yaml" or ".yml" && PackFileReader.Read(file) is { Root.Kind: ValueKind.Map } document)
            {
                MapValue root = document.Root.AsMap();
                domain ??= root.TryGet("exceptionTypes", out _) ? document : null;
                policy ??= root.TryGet("tenantId", out _) && !root.TryGet("exceptionTypes", out _) ? document : null;
            }
            else if (Path.GetExtension(file) == ".jsonl")
            {
                items.AddRange(Lines(File.ReadAllText(file)));
            }
        }

        if (domain is null || policy is null)
        {
            throw new ArgumentException($"{folder} does not hold a domain pack and a policy.");
        }

        if (items.Count == 0)
        {
            items.AddRange(DomainPackReader.Read(domain).OrThrow().ExceptionTypes.Select(type => $$"""{"exceptionType": {{Tree.Quote(type.Name.Value)}}, "rawPayload": {"id": "X-1"} }"""));
        }

        return Make(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), JsonText.ToText(domain.Root), JsonText.ToText(policy.Root), items);
    }

    internal static string Resource(string name)
    {
        using Stream stream = typeof(BasePack).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} was not built in.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    internal static DomainPack ReadDomain(string json) => DomainPackReader.Read(PackFileReader.Parse(Encoding.UTF8.GetBytes(json), "domain.json")).OrThrow();

    internal static TenantPolicy ReadPolicy(string json) => TenantPolicyReader.Read(PackFileReader.Parse(Encoding.UTF8.GetBytes(json), "policy.json")).OrThrow();

    private static BasePack Make(string name, string domain, string policy, IReadOnlyList<string> items) =>
        new(name, domain, policy, items, PolicyBinder.Bind(ReadDomain(domain), ReadPolicy(policy)).OrThrow());

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
