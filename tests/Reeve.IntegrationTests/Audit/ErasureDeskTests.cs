using System.Text.Json;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Audit;

/// <summary>An erasure empties every body of one exception and says so in the same commit, or does nothing.</summary>
public sealed class ErasureDeskTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Principal Me = new(PrincipalKind.Person, "key:1234", "Ada", ["admin"]);

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Erasing_empties_all_bodies_names_them_and_removes_the_row(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow forgotten = await AddAsync(stores, "forget me", events: 3);
        ExceptionRow kept = await AddAsync(stores, "keep me", events: 2);

        Erasure erasure = await EraseAsync(stores, forgotten.Key);

        erasure.Events.Select(position => position.Ordinal).ShouldBe([0, 1, 2]);
        (await stores.Exceptions.FindAsync(North, forgotten.Record.ExceptionId, CancellationToken.None)).ShouldBeNull();
        (await stores.Exceptions.FindAsync(North, kept.Record.ExceptionId, CancellationToken.None)).ShouldNotBeNull();
        List<LoggedEvent> events = await EventsAsync(stores, forgotten.Key);
        events.Where(e => e.Body is null && e.Salt is null).Select(e => e.Position).ShouldBe(erasure.Events);
        LoggedEvent said = events.Single(e => e.Type == EventType.BodiesErased);
        said.Position.ShouldBe(erasure.RecordedAs!.Value);
        (said.ActorKind, said.ActorId, said.ExceptionKey, said.RowVersion).ShouldBe(("PERSON", "key:1234", forgotten.Key, null));
        JsonElement body = JsonDocument.Parse(said.Body!.Value).RootElement;
        body.GetProperty("reason").GetString().ShouldBe("REQUEST");
        body.GetProperty("actor").GetProperty("owner").GetString().ShouldBe("Ada");
        body.GetProperty("events").EnumerateArray().Select(name => name.GetRawText()).ShouldBe(
            events.Where(e => e.Body is null).Select(e => $$"""{"position":"{{e.Position}}","eventId":"{{e.EventId}}","hash":"{{Convert.ToHexStringLower(e.Hash.Span)}}"}"""));
        AuditReport report = await VerifyAsync(stores);
        report.Findings.ShouldBeEmpty();
        report.Erased.ShouldBe(3);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Erasing_again_does_nothing(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow forgotten = await AddAsync(stores, "forget me", events: 3);
        await EraseAsync(stores, forgotten.Key);

        Erasure again = await EraseAsync(stores, forgotten.Key);

        again.Events.ShouldBeEmpty();
        again.RecordedAs.ShouldBeNull();
        (await EventsAsync(stores, forgotten.Key)).Count.ShouldBe(4);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task An_exception_that_the_tenant_does_not_have_is_refused(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow elsewhere = RecordContract.Row("not yours", new TenantId("south"));
        await stores.Committer.CommitAsync([new ExceptionChange.Add(elsewhere, []), RecordContract.Event(elsewhere)], CancellationToken.None);

        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => EraseAsync(stores, elsewhere.Key));

        refused.Error.Code.ShouldBe("AUDIT-002");
        (await VerifyAsync(stores)).Erased.ShouldBe(0);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Events_that_come_in_between_are_erased_too(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow row = await AddAsync(stores, "busy", events: 1);
        int commits = 0;
        Interposed committer = new(stores.Committer, async () =>
        {
            if (commits++ == 0)
            {
                ExceptionRow next = row with { Version = 2 };
                await stores.Committer.CommitAsync([new ExceptionChange.Update(next, 1), RecordContract.Event(next)], CancellationToken.None);
            }
        });

        Erasure erasure = await new ErasureDesk(stores.Log, committer, new FakeTime()).EraseAsync(North, row.Key, ErasureReason.Retention, Me, CancellationToken.None);

        erasure.Events.Count.ShouldBe(2);
        (await VerifyAsync(stores)).Findings.ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task An_exception_that_never_rests_is_refused_and_stays(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow row = await AddAsync(stores, "busy", events: 1);
        Interposed committer = new(stores.Committer, async () =>
        {
            ExceptionRow next = row with { Version = row.Version + 1 };
            await stores.Committer.CommitAsync([new ExceptionChange.Update(next, row.Version), RecordContract.Event(next)], CancellationToken.None);
            row = next;
        });

        ReeveException refused = await Should.ThrowAsync<ReeveException>(
            () => new ErasureDesk(stores.Log, committer, new FakeTime()).EraseAsync(North, row.Key, ErasureReason.Request, Me, CancellationToken.None));

        refused.Error.Code.ShouldBe("AUDIT-003");
        refused.Error.IsTransient.ShouldBeTrue();
        (await EventsAsync(stores, row.Key)).ShouldAllBe(e => e.Body != null);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Events_whose_row_is_gone_are_erased_all_the_same(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow row = RecordContract.Row("only in the log");
        await stores.Committer.CommitAsync([RecordContract.Event(row)], CancellationToken.None);

        Erasure erasure = await EraseAsync(stores, row.Key);

        erasure.Events.ShouldHaveSingleItem();
        (await VerifyAsync(stores)).Erased.ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Every_delivery_goes_with_its_exception_whatever_day_it_came(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow row = RecordContract.Row("followed up");
        ExceptionRow next = row with { Version = 2 };
        DeliveryKey first = new(DateOnly.FromDateTime(row.CreatedAt.UtcDateTime), 1);
        DeliveryKey later = new(first.Day.AddDays(40), 2);
        await stores.Committer.CommitAsync([new ExceptionChange.Add(row, [first]), RecordContract.Event(row)], CancellationToken.None);
        await stores.Committer.CommitAsync([new ExceptionChange.Update(next, 1) { Deliveries = [later] }, RecordContract.Event(next)], CancellationToken.None);

        await EraseAsync(stores, row.Key);

        (await stores.Store!.ScalarAsync("select count(*) from deliveries")).ShouldBe(0L);
    }

    private static async Task<ExceptionRow> AddAsync(RecordStores stores, string id, int events)
    {
        ExceptionRow row = RecordContract.Row(id);
        await stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), .. Enumerable.Range(0, events).Select(_ => RecordContract.Event(row))], CancellationToken.None);
        return row;
    }

    private static Task<AuditReport> VerifyAsync(RecordStores stores) =>
        new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, [], null, CancellationToken.None);

    private static Task<Erasure> EraseAsync(RecordStores stores, ExceptionKey exception) =>
        new ErasureDesk(stores.Log, stores.Committer, new FakeTime()).EraseAsync(North, exception, ErasureReason.Request, Me, CancellationToken.None);

    private static async Task<List<LoggedEvent>> EventsAsync(RecordStores stores, ExceptionKey exception)
    {
        List<LoggedEvent> events = [];
        await foreach (LoggedEvent e in stores.Log.OfExceptionAsync(North, exception, CancellationToken.None))
        {
            events.Add(e);
        }

        return events;
    }

    /// <summary>Does something right before each commit.</summary>
    private sealed class Interposed(ICommitter committer, Func<Task> before) : ICommitter
    {
        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => committer.CommitAsync(changes, cancellationToken);

        public async Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            await before();
            return await committer.CommitAloneAsync(tenant, changes, cancellationToken);
        }
    }
}
