using System.Runtime.CompilerServices;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline.Identities;

/// <summary>
/// How many raw items are settled and decided together: enough to keep every worker busy, little enough to stream. A user can
/// notice it (docs/decisions/0006), so it is the same whether something is kept or not.
/// </summary>
public static class Chunks
{
    /// <summary>How many exceptions end a chunk.</summary>
    public const int MaxItems = 1024;

    /// <summary>How many bytes of raw items end a chunk before it has so many: 4 MB. Room is reserved for as many.</summary>
    public const long MaxBytes = 4_000_000;

    /// <summary>Normalises an input chunk by chunk; the last one may be empty, and is when there was nothing.</summary>
    /// <param name="items">The raw items.</param>
    /// <param name="normalise">What each comes to.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async IAsyncEnumerable<Chunk> ReadAsync(
        IAsyncEnumerable<RawItem> items, Func<RawItem, IEnumerable<IntakeOutcome>> normalise, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<IntakeOutcome> chunk = [];
        long bytes = 0;
        await foreach (RawItem item in items.WithCancellation(cancellationToken))
        {
            chunk.AddRange(normalise(item));
            bytes += item.Bytes.Length;
            if (chunk.Count >= MaxItems || bytes >= MaxBytes)
            {
                yield return new Chunk(chunk, bytes, IsLast: false);
                (chunk, bytes) = ([], 0);
            }
        }

        yield return new Chunk(chunk, bytes, IsLast: true);
    }
}

/// <summary>What is settled and decided together.</summary>
/// <param name="Outcomes">What became of the raw items; an item may have several.</param>
/// <param name="Bytes">How long the raw items are.</param>
/// <param name="IsLast">Whether the input ends with it.</param>
public readonly record struct Chunk(IReadOnlyList<IntakeOutcome> Outcomes, long Bytes, bool IsLast);
