using Reeve.Storage.Databases;
using Reeve.Testing.Approving;

namespace Reeve.IntegrationTests.Storage.ApprovalRows;

/// <summary>The store of approvals keeps its contract on both databases.</summary>
public sealed class SqliteApprovalStoreTests : ApprovalStoreContract
{
    protected override Task<ApprovalStores> OpenAsync() => ApprovalStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresApprovalStoreTests : ApprovalStoreContract
{
    protected override Task<ApprovalStores> OpenAsync() => ApprovalStores.OpenAsync(Dialect.Postgres);
}
