using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Load.Ceilings;

/// <summary>One connection that writes commits of rows that are ready. Not thread-safe.</summary>
internal abstract class CeilingWriter : IAsyncDisposable
{
    /// <summary>How the committer of a server writes.</summary>
    internal static readonly CommitterOptions Committer = new();

    /// <summary>Opens as many connections as a server's committer has, each on a slot of its own.</summary>
    internal static async Task<List<CeilingWriter>> OpenAsync(Database database, CancellationToken cancellationToken)
    {
        if (database is SqliteDatabase file)
        {
            return [SqliteCeilingWriter.Open(file)];
        }

        List<CeilingWriter> writers = [];
        for (int i = 0; i < Committer.Slots; i++)
        {
            writers.Add(await PostgresCeilingWriter.OpenAsync(database.Address, cancellationToken));
        }

        return writers;
    }

    /// <summary>Makes a commit ready as far as can be; not timed.</summary>
    internal abstract void Prepare(CeilingBatch batch);

    /// <summary>Makes room for events of the past, where that is needed.</summary>
    internal abstract Task AddMonthsAsync(CancellationToken cancellationToken);

    /// <summary>Writes the next commit that was made ready, durably; timed.</summary>
    /// <returns>How many exceptions it held; 0 when none is left.</returns>
    internal abstract Task<int> WriteAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
