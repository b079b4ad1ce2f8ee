using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline.Identities;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>One item of an import on its way to the record.</summary>
/// <param name="Import">The import.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="BytesHash">Of the raw item.</param>
/// <param name="Repeats">Whether it counts as a repeat.</param>
internal sealed record ImportPart(OpenImport Import, ItemPlace Place, UInt128 BytesHash, bool Repeats)
{
    /// <summary>The row that is kept with what it makes.</summary>
    internal ImportChange.ItemAdded Made(ExceptionId exception) =>
        Import.Row(new ImportItem { Place = Place, BytesHash = BytesHash, ExceptionId = exception, Repeats = Repeats });
}

/// <summary>The items of one input as those of an import: which place each has, and what its rows say. Not thread-safe.</summary>
internal sealed class ImportedItems(OpenImport import)
{
    // Of the items that were normalised and not taken yet: a chunk's.
    private readonly List<(ItemPlace Place, UInt128 Hash)> noted = [];
    private long next;

    internal Task BeginAsync() => import.BeginAsync();

    /// <summary>Notes what a raw item came to, in the order of the input.</summary>
    internal void Note(RawItem item, int parts)
    {
        UInt128 hash = ItemPlace.HashOf(item.Bytes.Span);
        for (int part = 0; part < parts; part++)
        {
            noted.Add((new ItemPlace(next, part), hash));
        }

        next++;
    }

    /// <summary>The items noted since the last time, which are these, with their rows; what the rows say is told to what settles.</summary>
    internal async Task<ImportedChunk> TakeAsync(IReadOnlyList<SettledItem> settled, CancellationToken cancellationToken)
    {
        (ItemPlace Place, UInt128 Hash)[] places = [.. noted];
        noted.Clear();
        ImportedChunk chunk = new(import, settled, places);
        if (import.IsTakenUp && places.Length > 0)
        {
            foreach (ImportItem row in await import.KnownAsync(places[0].Place.Item, places[^1].Place.Item, cancellationToken))
            {
                chunk.Add(row);
            }
        }

        return chunk;
    }
}

/// <summary>The items of one chunk of an import. Not thread-safe.</summary>
/// <param name="import">The import.</param>
/// <param name="settled">The items, settled.</param>
/// <param name="places">Where each stands, and the hash of its raw item.</param>
internal sealed class ImportedChunk(OpenImport import, IReadOnlyList<SettledItem> settled, (ItemPlace Place, UInt128 Hash)[] places)
{
    // By place in the chunk: the answer that a row gives, and whether there is a row now.
    private readonly ExceptionResult?[] known = new ExceptionResult?[places.Length];
    private readonly bool[] hasRow = new bool[places.Length];

    // Rows of parts that the mapping made before and does not make now.
    private readonly List<ImportItem> others = [];

    internal bool Knows(SettledItem item) => known[At(item)] is not null;

    internal ImportPart PartOf(SettledItem item)
    {
        (ItemPlace place, UInt128 hash) = places[At(item)];
        return new ImportPart(import, place, hash, item.Identity is IdentityOutcome.Closes or IdentityOutcome.Reopens);
    }

    /// <summary>The item's row went in with what it made.</summary>
    internal void HasRow(SettledItem item) => hasRow[At(item)] = true;

    /// <summary>A row that is there: it answers its item, and tells what settles.</summary>
    internal void Add(ImportItem row)
    {
        int at = Array.BinarySearch(places, (row.Place, default), ByPlace);
        if (at < 0)
        {
            others.Add(row);
            return;
        }

        hasRow[at] = true;
        SettledItem item = settled[at];
        if (row.BytesHash is { } hash && hash != places[at].Hash)
        {
            ReeveError other = new(ErrorCatalogue.Intake.OtherBytes, $"Item {row.Place.Item} had other bytes when it was first sent.");
            Refuse(item, other);
            known[at] = new ExceptionResult { Errors = [other] };
            return;
        }

        ExceptionResult answer = row.Answer();
        if (answer.Errors.Count > 0)
        {
            Refuse(item, answer.Errors[0]);
        }
        else if (row is { ExceptionId: { } id, Key: { } key, Status: { } status })
        {
            item.Stands(id, key, status);
        }

        known[at] = answer;
    }

    /// <summary>The commit found a row of the item: it is read, and answers it.</summary>
    internal async Task FindAsync(PassWork work, CancellationToken cancellationToken)
    {
        ItemPlace place = places[At(work.Item)].Place;
        foreach (ImportItem row in await import.ReadAsync(place.Item, place.Item, cancellationToken))
        {
            if (row.Place == place)
            {
                Add(row);
                work.IsKnown();
            }
        }
    }

    /// <summary>Keeps what made nothing, repeats and refusals, and gives the answers for all, those of rows among them.</summary>
    /// <param name="answers">What was decided for each item.</param>
    internal async Task<IReadOnlyList<ExceptionResult>> ConcludeAsync(ExceptionResult[] answers)
    {
        List<ImportItem> kept = [];
        for (int i = 0; i < answers.Length; i++)
        {
            if (known[i] is { } row)
            {
                answers[i] = row;
            }
            else if (!hasRow[i] && (answers[i].Status is not null || !answers[i].Errors.Any(error => error.IsTransient)))
            {
                ExceptionResult answer = answers[i];
                bool made = answer.Status is not null;
                kept.Add(new ImportItem { Place = places[i].Place, BytesHash = places[i].Hash, ExceptionId = made ? answer.ExceptionId : null, Repeats = made, Errors = made ? [] : answer.Errors });
            }
        }

        await import.KeepAsync(kept);
        return others.Count == 0 ? answers : Merged(answers);
    }

    private List<ExceptionResult> Merged(ExceptionResult[] answers) =>
        [.. answers.Select((answer, i) => (places[i].Place, Answer: answer)).Concat(others.Select(row => (row.Place, Answer: row.Answer()))).OrderBy(item => item.Place).Select(item => item.Answer)];

    private int At(SettledItem item) => item.Index - settled[0].Index;

    private static void Refuse(SettledItem item, ReeveError error)
    {
        if (item.Identity is IdentityOutcome.New)
        {
            item.Refused(error);
        }
    }

    private static readonly Comparer<(ItemPlace Place, UInt128 Hash)> ByPlace = Comparer<(ItemPlace Place, UInt128 Hash)>.Create(static (left, right) => left.Place.CompareTo(right.Place));
}
