using Reeve.Core.Calls;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;
using Reeve.Governance.Retention;
using Reeve.Governance.Tenants;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Testing.Recording;
using static Reeve.Testing.Recording.ExecutionStoreContract;

namespace Reeve.IntegrationTests.Retention;

/// <summary>Rows of calls end with the month of the log in which they were asked for.</summary>
public sealed class ExecutionRetentionTests : RecordContract
{
    private Dialect dialect;

    [Theory]
    [InlineData(Dialect.Sqlite)]
    [InlineData(Dialect.Postgres)]
    public async Task What_has_ended_goes_with_its_month_and_what_has_not_stays(Dialect kind)
    {
        dialect = kind;
        await using RecordStores stores = await OpenAsync();
        Committer committer = (Committer)stores.Committer;
        ToolExecution old = Execution(1);
        ToolExecution open = Execution(2);
        ToolExecution young = Execution(3) with { RequestedAt = At.AddMonths(1) };
        await committer.CommitAloneAsync(North, [new TenantAdded(new Tenant(North, "North", AutomationMode.Shadow, At, "local:me"))], Token);
        await MustCommitAsync(stores, new ExecutionChange.Recorded(Ended(old)), Said(old));
        await MustCommitAsync(stores, new ExecutionChange.Recorded(Ended(young)), Said(young));
        await MustCommitAsync(stores, new ExecutionChange.Intended(open, TimeSpan.Zero), Said(open));

        (await new SqlRetentionStore(stores.Store!.Database, committer, TimeProvider.System).DropAsync(LogMonth.Of(At), Token)).ShouldBeTrue(); // not null: it is in a database

        (await stores.Executions.ListAsync(North, new ExecutionFilter(), null, 10, Token)).Select(row => row.Id).ShouldBe([young.Id, open.Id]);
    }

    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(dialect);
}
