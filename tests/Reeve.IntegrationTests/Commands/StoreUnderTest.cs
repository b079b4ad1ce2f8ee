using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Commands;

/// <summary>A store that the program is given by its address.</summary>
internal sealed class StoreUnderTest(string address, PostgresStore? database) : IAsyncDisposable
{
    /// <summary>What <c>--store</c> takes.</summary>
    public string Address => address;

    /// <summary>A file in the test's folder, or a database of its own as a node's role.</summary>
    public static async Task<StoreUnderTest> CreateAsync(RunFolder here, bool postgres)
    {
        if (!postgres)
        {
            return new StoreUnderTest("sqlite:" + here.File("store.db"), null);
        }

        PostgresStore database = await PostgresStore.CreateAsync();
        return new StoreUnderTest("postgres:" + database.Node.Target, database);
    }

    /// <summary>Runs a verb on the store.</summary>
    public Task<Ended> RunAsync(params string[] words) => ReeveProgram.RunAsync([.. words, "--store", Address]);

    /// <summary>Runs a verb on the store, which is done.</summary>
    public async Task<Ended> DoneAsync(params string[] words) => (await RunAsync(words)).ShouldEndWith(0);

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }
}
