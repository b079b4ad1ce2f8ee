namespace Reeve.Engine.PackVersions;

/// <summary>How many compiled packs are kept in memory.</summary>
public sealed record PackCacheOptions
{
    /// <summary>How many pairs are kept, of all tenants together; 4,096, at least 1.</summary>
    public int Pairs { get; init; } = 4096;

    /// <summary>How many pairs of one tenant are kept, so that one who replays years of versions leaves the others theirs; 64, at least 1.</summary>
    public int PairsOfTenant { get; init; } = 64;

    /// <summary>
    /// How many bytes of pack text, as stored, the pairs may have together; 64 MiB, at least 1. A compiled pair takes several times
    /// its text (docs/operations.md has the figures). So many hold two domains of the size of the sample packs for each of a hundred tenants.
    /// </summary>
    public long TextBytes { get; init; } = 64L * 1024 * 1024;
}

/// <summary>What the cache of compiled packs did since the process began.</summary>
/// <param name="Hits">Asked for and there.</param>
/// <param name="Misses">Asked for and made; whoever asks while another makes it is no further miss.</param>
/// <param name="Evictions">Let go because a bound was reached.</param>
/// <param name="Pairs">Kept now.</param>
/// <param name="TextBytes">Their text as stored, in bytes.</param>
public readonly record struct PackCacheFigures(long Hits, long Misses, long Evictions, int Pairs, long TextBytes);
