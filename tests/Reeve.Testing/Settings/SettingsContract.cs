using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Testing.Settings;

/// <summary>What the contracts of settings share.</summary>
public abstract class SettingsContract
{
    protected static readonly TenantId North = new("NORTH");
    protected static readonly TenantId South = new("south");

    /// <summary>A time that no coarser clock could keep.</summary>
    protected static readonly DateTimeOffset At = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero).AddMicroseconds(123_457);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The stores over a place of the test's own.</summary>
    protected abstract Task<SettingsStores> OpenAsync();

    protected static Task<CommitOutcome> CommitAsync(SettingsStores stores, params Change[] changes) =>
        stores.Committer.CommitAloneAsync(changes[0].TenantId, changes, Token);

    protected static async Task MustCommitAsync(SettingsStores stores, params Change[] changes) =>
        (await CommitAsync(stores, changes)).ShouldBeOfType<CommitOutcome.Committed>();
}
