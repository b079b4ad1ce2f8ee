using Reeve.Storage.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>The contracts of the record on both databases, as a node.</summary>
public sealed class SqliteCommitterTests : CommitterContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresCommitterTests : CommitterContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteExceptionStoreTests : ExceptionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresExceptionStoreTests : ExceptionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteExecutionStoreTests : ExecutionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresExecutionStoreTests : ExecutionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteImportStoreTests : ImportStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresImportStoreTests : ImportStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteRunStoreTests : RunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresRunStoreTests : RunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteEventLogTests : EventLogContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresEventLogTests : EventLogContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteErasureTests : ErasureContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresErasureTests : ErasureContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteReaderTests : ReaderContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresReaderTests : ReaderContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqlitePlaybookRunStoreTests : PlaybookRunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresPlaybookRunStoreTests : PlaybookRunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteInboxStoreTests : InboxStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresInboxStoreTests : InboxStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect.Postgres);
}
