using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Engine.PackFiles;

namespace Reeve.Fuzz;

/// <summary>Pack texts: parsed, read, bound to their counterpart, and what can be bound decides items.</summary>
public sealed class PackDoor(IReadOnlyList<BasePack> packs) : IDoor
{
    private const int MostItems = 12;

    /// <inheritdoc/>
    public string Name => "pack";

    /// <inheritdoc/>
    public FuzzInput Make(Dice dice)
    {
        BasePack pack = dice.Pick(packs);
        bool isDomain = dice.Percent(65);
        bool isYaml = dice.Percent(50);
        byte[] text = PackMaker.Make(dice, isDomain ? pack.Domain : pack.Policy, isYaml);
        return new FuzzInput($"{pack.Name} {(isDomain ? "domain" : "policy")}{(isYaml ? ".yaml" : ".json")}", text);
    }

    /// <inheritdoc/>
    public Outcome Try(FuzzInput input)
    {
        string[] note = input.Note.Split(' ');
        BasePack pack = packs.First(pack => pack.Name == note[0]);
        Document document;
        try
        {
            document = PackFileReader.Parse(input.Bytes, note[1]);
        }
        catch (ReeveException fault)
        {
            return new Outcome($"no document, {fault.Error.Code}", Promises.BrokenBy(fault.Error));
        }

        return note[1].StartsWith("domain", StringComparison.Ordinal) ? TryDomain(document, pack) : TryPolicy(document, pack);
    }

    private static Outcome TryDomain(Document document, BasePack pack)
    {
        PackReading<DomainPack> reading = DomainPackReader.Read(document);
        string? broken = BrokenBy(reading);
        return reading.Pack is { } domain ? Decide(domain, pack.Bound.Policy, pack, document, broken) : new Outcome("refused", broken);
    }

    private static Outcome TryPolicy(Document document, BasePack pack)
    {
        PackReading<TenantPolicy> reading = TenantPolicyReader.Read(document);
        string? broken = BrokenBy(reading);
        if (reading.Pack is not { } policy)
        {
            return new Outcome("refused", broken);
        }

        broken ??= BrokenBy(PolicyBinder.FindDomain(policy, [pack.Bound.Domain]));
        return Decide(pack.Bound.Domain, policy, pack, document, broken);
    }

    private static Outcome Decide(DomainPack domain, TenantPolicy policy, BasePack pack, Document document, string? broken)
    {
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, policy);
        broken ??= BrokenBy(bound with { Errors = document.Place(bound.Errors), Warnings = document.Place(bound.Warnings) });
        if (bound.Pack is not { } pair)
        {
            return new Outcome("valid", broken);
        }

        byte[] items = Encoding.UTF8.GetBytes(string.Join('\n', pack.Items.Take(MostItems)));
        Outcome decided = new Decisions().Decide(items, pair, criticalNeverActs: false);
        return new Outcome("bound", broken ?? decided.Broken);
    }

    private static string? BrokenBy<T>(PackReading<T> reading)
        where T : class =>
        reading.IsValid != (reading.Errors.Count == 0)
            ? "A pack is both good and bad"
            : Promises.BrokenBy(reading.Errors) ?? Promises.BrokenBy(reading.Warnings);
}
