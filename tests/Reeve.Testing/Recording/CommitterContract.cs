using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;
using Reeve.Governance.Tenants;

namespace Reeve.Testing.Recording;

/// <summary>What every committer does.</summary>
public abstract class CommitterContract : RecordContract
{
    [Fact]
    public async Task What_is_committed_is_there_as_it_was_handed_over()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");

        CommitOutcome.Committed done = await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row, """{"n":1}"""), Event(row, """{"n":2}"""));

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token), row);
        List<LoggedEvent> events = await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token));
        events.Select(item => System.Text.Encoding.UTF8.GetString(item.Body!.Value.Span)).ShouldBe(["""{"n":1}""", """{"n":2}"""]);
        events.Select(item => item.Position).ShouldBe([new EventPosition(done.Slot, done.N, 0), new EventPosition(done.Slot, done.N, 1)]);
    }

    [Fact]
    public async Task Every_column_of_an_event_comes_back()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");

        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row));

        LoggedEvent found = (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).ShouldHaveSingleItem();
        found.TenantId.ShouldBe(North);
        found.EventId.Version.ShouldBe(7);
        found.Type.ShouldBe(EventType.StageCompleted);
        found.Version.ShouldBe(1);
        found.OccurredAt.ShouldBe(At);
        found.ExceptionKey.ShouldBe(row.Key);
        found.RowVersion.ShouldBe(1);
        found.RunId.ShouldBe(row.RunId);
        found.PassId.ShouldBe(row.PassId);
        found.Stage.ShouldBe("triage");
        found.ActorKind.ShouldBe("AGENT");
        found.ActorId.ShouldBe("agent:TriageAgent");
        found.Salt!.Value.Length.ShouldBe(16);
    }

    [Fact]
    public async Task Numbers_of_a_slot_rise_without_gaps_and_chains_hold()
    {
        await using RecordStores stores = await OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            ExceptionRow row = Row($"e{i}", i % 3 == 0 ? South : North);
            await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), Event(row), Note(row.Record.TenantId));
        }

        (await Chains.ShouldHoldAsync(stores.Audit)).Count.ShouldBe(60);
    }

    [Fact]
    public async Task An_id_that_is_there_is_a_conflict_and_nothing_of_the_outcome_is_written()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow first = await AddAsync(stores, Row("a"));
        ExceptionRow second = Row("a");

        CommitOutcome outcome = await stores.Committer.CommitAsync(
            [new ExceptionChange.Add(second, [Delivery(1)]), Event(second), new ExceptionChange.Enqueue(North, second.PassId, second.Key, second.RunId)], Token);

        outcome.ShouldBe(new CommitOutcome.AlreadyThere(null));
        ShouldBeStored(await stores.Exceptions.FindAsync(North, first.Record.ExceptionId, Token), first);
        (await ListAsync(stores.Log.OfExceptionAsync(North, second.Key, Token))).ShouldBeEmpty();
        (await stores.Exceptions.DeliveredAsync(North, [Delivery(1)], Token)).ShouldBeEmpty();
        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_there_is_a_conflict()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow first = await AddAsync(stores, Row("a"));
        ExceptionRow second = Row("b") with { Key = first.Key };

        (await stores.Committer.CommitAsync([new ExceptionChange.Add(second, []), Event(second)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Exceptions.FindAsync(North, new ExceptionId("b"), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_delivery_that_is_there_is_a_conflict_that_names_its_exception()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow first = Row("a");
        await MustCommitAsync(stores, new ExceptionChange.Add(first, [Delivery(1), Delivery(1, day: 1)]), Event(first));
        ExceptionRow second = Row("b");

        CommitOutcome outcome = await stores.Committer.CommitAsync([new ExceptionChange.Add(second, [Delivery(2), Delivery(1, day: 1)]), Event(second)], Token);

        outcome.ShouldBe(new CommitOutcome.AlreadyThere(first.Record.ExceptionId));
        (await stores.Exceptions.DeliveredAsync(North, [Delivery(1), Delivery(2)], Token)).ShouldBe([new(Delivery(1), first.Record.ExceptionId)]);
    }

    [Fact]
    public async Task Tenants_do_not_get_in_each_others_way()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow north = Row("a");
        ExceptionRow south = Row("a", South) with { Key = north.Key, PassId = north.PassId };

        await MustCommitAsync(stores, new ExceptionChange.Add(north, [Delivery(1)]), Event(north));
        await MustCommitAsync(stores, new ExceptionChange.Add(south, [Delivery(1)]), Event(south));

        ShouldBeStored(await stores.Exceptions.FindAsync(South, south.Record.ExceptionId, Token), south);
    }

    [Fact]
    public async Task A_row_changes_from_the_version_it_is_in()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await AddAsync(stores, Row("a"));
        ExceptionRow next = Next(row, ResolutionStatus.Resolved) with
        {
            Domain = new DomainName("Letters"), RunId = new RunId(Guid.CreateVersion7(At)), PassId = new PassId(Guid.CreateVersion7(At)),
            TriagedAt = At.AddMinutes(1), ResolvedAt = At.AddMinutes(2), ResolvedAutomatically = true,
            Actionability = Actionability.NonActionableInfoOnly, ExternalId = "x", Fingerprint = "f",
        };

        await MustCommitAsync(stores, new ExceptionChange.Update(next, 1), Event(next));

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token), next);
    }

    [Fact]
    public async Task A_row_that_moved_on_is_a_conflict_and_stays()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await AddAsync(stores, Row("a"));
        ExceptionRow next = Next(row);
        await MustCommitAsync(stores, new ExceptionChange.Update(next, 1), Event(next));
        ExceptionRow late = Next(row, ResolutionStatus.Escalated);

        (await stores.Committer.CommitAsync([new ExceptionChange.Update(late, 1), Event(late)], Token)).ShouldBe(new CommitOutcome.MovedOn());

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token), next);
        (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_row_that_is_not_there_moved_on()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow next = Next(Row("a"));

        (await stores.Committer.CommitAsync([new ExceptionChange.Update(next, 1), Event(next)], Token)).ShouldBe(new CommitOutcome.MovedOn());
    }

    [Fact]
    public async Task Work_is_put_down_once_and_taken_once()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        ExceptionChange.Enqueue put = new(North, row.PassId, row.Key, row.RunId);
        ExceptionChange.Dequeue taken = new(North, row.PassId);
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), put);

        (await stores.Committer.CommitAsync([put, Event(row)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBe([(North, row.PassId)]);
        ExceptionRow next = Next(row);
        await MustCommitAsync(stores, taken, new ExceptionChange.Update(next, 1), Event(next));
        (await stores.Committer.CommitAsync([taken, Event(next)], Token)).ShouldBe(new CommitOutcome.MovedOn());
        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_handed_over_together_claims_a_key_once_whoever_is_first()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow[] rows = [.. Enumerable.Range(0, 40).Select(i => Row("same"))];

        CommitOutcome[] outcomes = await Task.WhenAll(rows.Select(row => stores.Committer.CommitAsync([new ExceptionChange.Add(row, [Delivery(7)]), Event(row)], Token)));

        outcomes[0].ShouldBeOfType<CommitOutcome.Committed>();
        outcomes.Skip(1).ShouldAllBe(outcome => outcome.Equals(new CommitOutcome.AlreadyThere(new ExceptionId("same"))));
        (await Chains.ShouldHoldAsync(stores.Audit)).ShouldHaveSingleItem().ExceptionKey.ShouldBe(rows[0].Key);
    }

    [Fact]
    public async Task Changes_of_one_row_are_committed_in_the_order_they_were_handed_over()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        List<Task<CommitOutcome>> all = [stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), Event(row)], Token)];
        for (int i = 0; i < 30; i++)
        {
            ExceptionRow other = Row($"other{i}");
            all.Add(stores.Committer.CommitAsync([new ExceptionChange.Add(other, []), Event(other)], Token));
            row = Next(row);
            all.Add(stores.Committer.CommitAsync([new ExceptionChange.Update(row, row.Version - 1), Event(row)], Token));
        }

        (await Task.WhenAll(all)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).Select(item => item.RowVersion).ShouldBe(Enumerable.Range(1, 31).Select(version => (long?)version));
        await Chains.ShouldHoldAsync(stores.Audit);
    }

    [Fact]
    public async Task What_a_person_does_stands_or_falls_with_its_event()
    {
        await using RecordStores stores = await OpenAsync();
        TenantAdded added = new(new Tenant(North, "North", AutomationMode.Shadow, At, "local:me"));

        (await stores.Committer.CommitAloneAsync(North, [added, Note(North)], Token)).ShouldBeOfType<CommitOutcome.Committed>();
        (await stores.Committer.CommitAloneAsync(North, [added, Note(North)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));

        (await stores.Tenants.FindAsync(North, Token)).ShouldBe(added.Tenant);
        (await Chains.ShouldHoldAsync(stores.Audit)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Alone_and_grouped_go_through_one_queue()
    {
        await using RecordStores stores = await OpenAsync();
        List<Task<CommitOutcome>> all = [];
        for (int i = 0; i < 40; i++)
        {
            ExceptionRow row = Row($"e{i}");
            all.Add(i % 4 == 0
                ? stores.Committer.CommitAloneAsync(North, [Note(North)], Token)
                : stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), Event(row)], Token));
        }

        (await Task.WhenAll(all)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        (await Chains.ShouldHoldAsync(stores.Audit)).Count.ShouldBe(40);
    }

    [Fact]
    public async Task A_change_of_another_tenant_cannot_go_alone()
    {
        await using RecordStores stores = await OpenAsync();

        await Should.ThrowAsync<ArgumentException>(() => stores.Committer.CommitAloneAsync(North, [Note(North), Note(South)], Token));

        (await stores.Audit.ChainsAsync(null, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_two_tenants_did_is_not_one_outcome()
    {
        await using RecordStores stores = await OpenAsync();

        await Should.ThrowAsync<ArgumentException>(() => stores.Committer.CommitAsync([Note(North), Note(South)], Token));

        (await stores.Audit.ChainsAsync(null, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_to_commit_is_a_bug()
    {
        await using RecordStores stores = await OpenAsync();

        await Should.ThrowAsync<ArgumentException>(() => stores.Committer.CommitAsync([], Token));
    }

    [Fact]
    public async Task Who_gives_up_before_is_not_written_for()
    {
        await using RecordStores stores = await OpenAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => stores.Committer.CommitAsync([Note(North)], new CancellationToken(canceled: true)));

        (await stores.Audit.ChainsAsync(null, Token)).ShouldBeEmpty();
    }
}
