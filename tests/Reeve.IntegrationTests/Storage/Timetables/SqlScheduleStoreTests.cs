using Reeve.Storage.Databases;
using Reeve.Testing.Timetables;

namespace Reeve.IntegrationTests.Storage.Timetables;

/// <summary>The store of schedules keeps its contract on both databases.</summary>
public sealed class SqliteScheduleStoreTests : ScheduleStoreContract
{
    protected override Task<ScheduleStores> OpenAsync() => ScheduleStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresScheduleStoreTests : ScheduleStoreContract
{
    protected override Task<ScheduleStores> OpenAsync() => ScheduleStores.OpenAsync(Dialect.Postgres);
}
