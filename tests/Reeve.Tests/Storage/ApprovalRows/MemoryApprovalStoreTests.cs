using Reeve.Testing.Approving;

namespace Reeve.Tests.Storage.ApprovalRows;

/// <summary>The double keeps what the databases promise.</summary>
public sealed class MemoryApprovalStoreTests : ApprovalStoreContract
{
    protected override Task<ApprovalStores> OpenAsync() => Task.FromResult(ApprovalStores.InMemory());
}
