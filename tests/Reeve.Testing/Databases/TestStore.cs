using Reeve.Storage.Databases;

namespace Reeve.Testing.Databases;

/// <summary>
/// A store of a test's own: empty, at the schema of this source, gone when the test is over. What a test does outside the product's doors
/// (to plant, to tamper, to look) it does by <see cref="ExecuteAsync"/> and <see cref="QueryAsync"/>, past every role and policy.
/// </summary>
public abstract class TestStore : IAsyncDisposable
{
    /// <summary>Which database.</summary>
    public Dialect Dialect => Node.Dialect;

    /// <summary>The store as a node opens it.</summary>
    public abstract StoreAddress Node { get; }

    /// <summary>The store as whoever migrates it opens it; a file's owner is its node.</summary>
    public abstract StoreAddress Owner { get; }

    /// <summary>The store opened as a node; closed with this.</summary>
    public abstract Database Database { get; }

    /// <summary>A fresh store of a kind; skips the test where there is no such database.</summary>
    public static async Task<TestStore> CreateAsync(Dialect dialect) =>
        dialect == Dialect.Sqlite ? await SqliteFile.CreateAsync() : await PostgresStore.CreateAsync();

    /// <summary>Runs a script with every right. What it is has to be spelled for the dialect.</summary>
    public abstract Task ExecuteAsync(string sql);

    /// <summary>Reads rows with every right, each value as its driver gives it; null for null.</summary>
    public abstract Task<IReadOnlyList<object?[]>> QueryAsync(string sql);

    /// <summary>Reads the one value of the one row.</summary>
    public async Task<object?> ScalarAsync(string sql) => (await QueryAsync(sql)).Single().Single();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Every row of a reader.</summary>
    private protected static async Task<IReadOnlyList<object?[]>> RowsAsync(System.Data.Common.DbDataReader reader)
    {
        List<object?[]> rows = [];
        while (await reader.ReadAsync(CancellationToken.None))
        {
            object[] values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add([.. values.Select(value => value is DBNull ? null : value)]);
        }

        return rows;
    }
}
