namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// What the owner of a slot knows of its tenants without reading: the last link of each chain and each row of counters. It is right as
/// long as every commit ends in plain success; after anything else it must be forgotten, for then only the database knows. Not thread-safe.
/// </summary>
internal sealed class SlotMemory
{
    // Some two kilobytes each; with more tenants than this, all are read anew from time to time.
    private const int MostTenants = 8192;

    private readonly Dictionary<string, TenantMemory> tenants = new(StringComparer.Ordinal);

    // The links of a commit, which nobody needs after it; kept because a hundred kilobytes per commit are a burden on the collector.
    private byte[] links = [];

    /// <summary>Forgets everything: each tenant is read again at its next commit.</summary>
    internal void Forget() => tenants.Clear();

    /// <summary>What is known of a tenant; null when it must be read.</summary>
    internal TenantMemory? Find(string tenant) => tenants.GetValueOrDefault(tenant);

    /// <summary>What is known of a tenant that was learned before.</summary>
    internal TenantMemory Known(string tenant) => tenants[tenant];

    /// <summary>Takes in what was read; empty or null for what is not there.</summary>
    internal TenantMemory Learn(string tenant, ReadOnlySpan<byte> head, string? counters)
    {
        TenantMemory known = new(tenant, head, counters);
        tenants[tenant] = known;
        return known;
    }

    /// <summary>Makes room. Called between commits only.</summary>
    internal void Trim()
    {
        if (tenants.Count > MostTenants)
        {
            Forget();
        }
    }

    /// <summary>Memory for the links of one commit, until the next.</summary>
    internal byte[] Links(int length)
    {
        if (links.Length < length)
        {
            links = new byte[Math.Max(length, 2 * links.Length)];
        }

        return links;
    }
}

/// <summary>What the owner of a slot knows of one tenant there. Not thread-safe.</summary>
internal sealed class TenantMemory
{
    private readonly byte[] head = new byte[Core.Events.EventHash.Length];

    internal TenantMemory(string tenant, ReadOnlySpan<byte> head, string? counters)
    {
        Tenant = tenant;
        head.CopyTo(this.head);
        Counters = new CounterRow(counters ?? "");
    }

    internal string Tenant { get; }

    /// <summary>The last link; zeros before the first.</summary>
    internal Span<byte> Head => head;

    internal CounterRow Counters { get; }

    /// <summary>Which commit it was last in, and how many events of it that one holds.</summary>
    internal long Commit { get; set; }

    internal int Events { get; set; }
}
