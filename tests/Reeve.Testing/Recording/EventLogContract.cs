using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Recording;

/// <summary>What every log does.</summary>
public abstract class EventLogContract : RecordContract
{
    [Fact]
    public async Task The_events_of_an_exception_come_in_the_order_of_its_versions_over_many_pages()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row, "[1,0]"), Event(row, "[1,1]"));
        for (int i = 2; i < 20; i++)
        {
            await AddAsync(stores, Row($"other{i}"));
            row = Next(row);
            await MustCommitAsync(stores, new ExceptionChange.Update(row, row.Version - 1), Event(row, $"[{i},0]"), Event(row, $"[{i},1]"));
        }

        List<LoggedEvent> events = await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token));

        events.Select(Body).ShouldBe(Enumerable.Range(1, 19).SelectMany(i => new[] { $"[{i},0]", $"[{i},1]" }));
        (await ListAsync(stores.Log.OfExceptionAsync(South, row.Key, Token))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_events_of_a_run_come_pass_by_pass_each_in_order()
    {
        await using RecordStores stores = await OpenAsync();
        Run run = MakeRun(North);
        await MustCommitAsync(stores, new RunAdded(run), Note(North, "\"began\"", run.Id));
        List<ExceptionRow> rows = [];
        for (int i = 0; i < 9; i++)
        {
            ExceptionRow row = Row($"e{i}") with { RunId = run.Id };
            rows.Add(row);
            await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row, "0"), Event(row, "1"));
        }

        await AddAsync(stores, Row("of another run"));
        foreach (ExceptionRow row in rows)
        {
            ExceptionRow next = Next(row);
            await MustCommitAsync(stores, new ExceptionChange.Update(next, 1), Event(next, "2"));
        }

        List<LoggedEvent> events = await ListAsync(stores.Log.OfRunAsync(North, run.Id, Token));

        events.Count.ShouldBe(28);
        Body(events.Single(item => item.PassId is null)).ShouldBe("\"began\"");
        List<LoggedEvent> passes = [.. events.Where(item => item.PassId is not null)];
        passes.Chunk(3).ShouldAllBe(pass => pass.All(item => item.PassId == pass[0].PassId) && Body(pass[0]) == "0" && Body(pass[1]) == "1" && Body(pass[2]) == "2");
        passes.Select(item => item.PassId).Distinct().Count().ShouldBe(9);
    }

    [Fact]
    public async Task Events_of_a_run_that_are_outcomes_of_their_own_are_found_whichever_of_them_share_a_commit()
    {
        await using RecordStores stores = await OpenAsync();
        Run run = MakeRun(North);
        await MustCommitAsync(stores, new RunAdded(run), Note(North, "0", run.Id));

        await Task.WhenAll(Enumerable.Range(1, 60).Select(i => MustCommitAsync(stores, Note(North, $"{i}", run.Id))));

        (await ListAsync(stores.Log.OfRunAsync(North, run.Id, Token))).Select(item => int.Parse(Body(item))).Order().ShouldBe(Enumerable.Range(0, 61));
        (await new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, [], null, Token)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_chain_is_read_from_its_beginning_or_from_behind_a_position()
    {
        await using RecordStores stores = await OpenAsync();
        for (int i = 0; i < 12; i++)
        {
            await MustCommitAsync(stores, Note(North, $"[{i},0]"), Note(North, $"[{i},1]"));
            await MustCommitAsync(stores, Note(South));
        }

        List<LoggedEvent> all = [];
        foreach (int slot in await stores.Log.SlotsAsync(North, Token))
        {
            List<LoggedEvent> chain = await ListAsync(stores.Log.OfChainAsync(North, slot, null, Token));
            chain.Select(item => item.Position).ShouldBe([.. chain.Select(item => item.Position).Order()]);
            chain.Select(item => item.Position.Slot).Distinct().ShouldBe([slot]);
            for (int i = 0; i < chain.Count; i++)
            {
                (await ListAsync(stores.Log.OfChainAsync(North, slot, chain[i].Position, Token))).Count.ShouldBe(chain.Count - i - 1);
            }

            all.AddRange(chain);
        }

        all.Select(Body).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 12).SelectMany(i => new[] { $"[{i},0]", $"[{i},1]" }).Order(StringComparer.Ordinal));
        (await stores.Log.SlotsAsync(new TenantId("nobody"), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_is_kept_to_the_byte()
    {
        await using RecordStores stores = await OpenAsync();
        byte[] body = [.. "{ \"a\" :\t1.10 , \"b\":\"\\u0000 "u8, .. Encoding.UTF8.GetBytes("ä🜁"), .. "\" }\r\n"u8, .. new byte[100_000].Select(_ => (byte)' ')];
        Change.Append note = new(new EventDraft
        {
            TenantId = North, Type = EventType.PackStored, Actor = new Principal(PrincipalKind.Service, "system:test", "x", []), At = At.AddTicks(7), Body = body, Version = 2,
        });

        CommitOutcome.Committed done = await MustCommitAsync(stores, note);

        LoggedEvent found = (await ListAsync(stores.Log.OfChainAsync(North, done.Slot, null, Token))).ShouldHaveSingleItem();
        found.Body!.Value.ToArray().ShouldBe(body);
        found.OccurredAt.ShouldBe(At);
        found.Version.ShouldBe(2);
        found.ExceptionKey.ShouldBeNull();
        found.RowVersion.ShouldBeNull();
        found.RunId.ShouldBeNull();
        found.PassId.ShouldBeNull();
        found.Stage.ShouldBeNull();
        await Chains.ShouldHoldAsync(stores.Audit);
    }

    private static string Body(LoggedEvent item) => Encoding.UTF8.GetString(item.Body!.Value.Span);
}

/// <summary>What erasing does to every store.</summary>
public abstract class ErasureContract : RecordContract
{
    private static readonly Principal Auditor = new(PrincipalKind.Person, "local:me", "me", []);

    [Fact]
    public async Task Erasing_empties_bodies_and_forgets_the_row_its_deliveries_and_its_count()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow kept = await AddAsync(stores, Row("kept"));
        ExceptionRow row = Row("a");
        await MustCommitAsync(stores, new ExceptionChange.Add(row, [Delivery(1), Delivery(1, day: 1)]), Event(row));
        ExceptionRow next = Next(row);
        await MustCommitAsync(stores, new ExceptionChange.Update(next, 1), Event(next));

        await new ErasureDesk(stores.Log, stores.Committer, TimeProvider.System).EraseAsync(North, row.Key, ErasureReason.Request, Auditor, Token);

        (await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token)).ShouldBeNull();
        (await stores.Exceptions.DeliveredAsync(North, [Delivery(1), Delivery(1, day: 1)], Token)).ShouldBeEmpty();
        (await stores.Exceptions.ListAsync(North, new ExceptionQuery(), Token)).Total.ShouldBe(1);
        (await stores.Exceptions.ListAsync(North, new ExceptionQuery { Status = ResolutionStatus.InProgress }, Token)).Total.ShouldBe(0);
        List<LoggedEvent> events = await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token));
        events.Select(item => (item.Type, item.Body is null, item.Salt is null)).ShouldBe(
            [(EventType.StageCompleted, true, true), (EventType.StageCompleted, true, true), (EventType.BodiesErased, false, false)]);
        (await ListAsync(stores.Log.OfExceptionAsync(North, kept.Key, Token))).ShouldAllBe(item => item.Body != null);
        await Chains.ShouldHoldAsync(stores.Audit);
    }

    [Fact]
    public async Task An_erasure_of_what_moved_on_erases_nothing()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        await MustCommitAsync(stores, new ExceptionChange.Add(row, [Delivery(1)]), Event(row));
        LoggedEvent item = (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).ShouldHaveSingleItem();
        ErasedBody body = new(item.Position, item.RecordedAt, item.EventId);

        foreach (BodiesErasure stale in new[]
        {
            new BodiesErasure(North, row.Key, 2, [body]),
            new BodiesErasure(North, row.Key, 1, [body with { EventId = Guid.CreateVersion7(At) }]),
            new BodiesErasure(North, new ExceptionKey(Guid.CreateVersion7(At)), null, [body]),
        })
        {
            (await stores.Committer.CommitAloneAsync(North, [Note(North), stale], Token)).ShouldBe(new CommitOutcome.MovedOn());
        }

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token), row);
        (await stores.Exceptions.DeliveredAsync(North, [Delivery(1)], Token)).ShouldHaveSingleItem();
        (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).ShouldHaveSingleItem().Body.ShouldNotBeNull();
        (await stores.Exceptions.ListAsync(North, new ExceptionQuery(), Token)).Total.ShouldBe(1);
    }
}
