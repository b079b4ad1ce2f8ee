using System.Data.Common;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>The partitions of <c>events</c> on PostgreSQL, one per month of the database's clock, in UTC.</summary>
public static class EventMonths
{
    // This month and three to come: a node that is never restarted has weeks to be noticed.
    private const int Ahead = 4;

    /// <summary>Makes the months that are missing, from this one to three ahead; how many were. Does nothing for a file, which has none.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-002 and the like.</exception>
    public static async Task<int> EnsureAsync(Database database, CancellationToken cancellationToken)
    {
        if (database is not PostgresDatabase postgres)
        {
            return 0;
        }

        await using NpgsqlConnection connection = await postgres.OpenAsync(cancellationToken);
        try
        {
            await using NpgsqlBatch batch = new(connection)
            {
                BatchCommands = { PostgresDatabase.Become(PostgresDatabase.EngineRole, tenant: null), new(Sql.Add) { Parameters = { new NpgsqlParameter { Value = Ahead } } } },
            };
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return reader.GetInt32(0);
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, database.Address);
        }
    }

    private static class Sql
    {
        internal const string Add = "select public.add_event_months((now() at time zone 'UTC')::date, $1)";
    }
}
