using Reeve.Storage.Databases;
using Reeve.Testing.Calling;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

public sealed class SqliteCallJournalTests : CallJournalContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresCallJournalTests : CallJournalContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteToolRowsTests : ToolRowsContract
{
    protected override Task<ToolRowStores> OpenAsync() => ToolRowStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresToolRowsTests : ToolRowsContract
{
    protected override Task<ToolRowStores> OpenAsync() => ToolRowStores.OpenAsync(Dialect.Postgres);
}
