using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Recording;

/// <summary>What every store of imports does, and every committer with them.</summary>
public abstract class ImportStoreContract : RecordContract
{
    private static readonly Guid Node = Guid.CreateVersion7(At);
    private static readonly ImportId Some = ImportId.Of(North, "key:1", "k");
    private static readonly byte[] Hash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public async Task An_import_that_begins_runs_under_the_day_of_its_start()
    {
        await using RecordStores stores = await OpenAsync();

        Import import = await BeginAsync(stores, Begun());

        import.State.ShouldBe(ImportState.Running);
        import.Kind.ShouldBe(ImportKind.Document);
        import.Domain.ShouldBe(new DomainName("Parcels"));
        import.BodyHash!.Value.ToArray().ShouldBe(Hash);
        import.Node.ShouldBe(Node);
        import.Day.ShouldBe(DateOnly.FromDateTime(import.StartedAt.UtcDateTime));
        import.EndedAt.ShouldBeNull();
        import.Counts.ShouldBeNull();
        import.IsExpired.ShouldBeFalse();
        (await stores.Imports.FindAsync(South, Some, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_one_id_one_import_begins()
    {
        await using RecordStores stores = await OpenAsync();
        await BeginAsync(stores, Begun());

        (await stores.Committer.CommitAsync([Begun() with { Node = Guid.CreateVersion7(At), BodyHash = null }], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));
        await MustCommitAsync(stores, Begun() with { Tenant = South });

        (await stores.Imports.FindAsync(North, Some, Token))!.Node.ShouldBe(Node);
    }

    [Fact]
    public async Task Many_that_begin_at_once_are_one()
    {
        await using RecordStores stores = await OpenAsync();

        CommitOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => stores.Committer.CommitAsync([Begun()], Token)));

        outcomes.Count(outcome => outcome is CommitOutcome.Committed).ShouldBe(1);
        outcomes.Where(outcome => outcome is not CommitOutcome.Committed).ShouldAllBe(outcome => outcome is CommitOutcome.AlreadyThere);
    }

    [Fact]
    public async Task Who_works_on_it_ends_it_and_nobody_else()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        ImportChange.Ended end = new(North, Some, import.Day, Node, ImportState.Ended, new ImportCounts(5, 3, 1, 2));

        (await stores.Committer.CommitAsync([end with { Node = Guid.CreateVersion7(At) }], Token)).ShouldBe(new CommitOutcome.MovedOn());
        (await stores.Committer.CommitAsync([end with { Day = import.Day.AddDays(1) }], Token)).ShouldBe(new CommitOutcome.MovedOn());
        await MustCommitAsync(stores, end);
        (await stores.Committer.CommitAsync([end with { State = ImportState.Broken }], Token)).ShouldBe(new CommitOutcome.MovedOn());

        Import ended = (await stores.Imports.FindAsync(North, Some, Token)).ShouldNotBeNull();
        ended.State.ShouldBe(ImportState.Ended);
        ended.Counts.ShouldBe(new ImportCounts(5, 3, 1, 2));
        ended.EndedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task It_is_taken_up_as_it_was_read_and_keeps_its_start()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        await MustCommitAsync(stores, new ImportChange.Ended(North, Some, import.Day, Node, ImportState.Broken, new ImportCounts(9, 9, 0, 0)));
        Import broken = (await stores.Imports.FindAsync(North, Some, Token))!;
        Guid other = Guid.CreateVersion7(At);

        (await stores.Committer.CommitAsync([new ImportChange.TakenUp(import, other)], Token)).ShouldBe(new CommitOutcome.MovedOn(), "it is not running any more");
        await MustCommitAsync(stores, new ImportChange.TakenUp(broken, other));
        (await stores.Committer.CommitAsync([new ImportChange.TakenUp(broken, Node)], Token)).ShouldBe(new CommitOutcome.MovedOn(), "another was faster");

        Import taken = (await stores.Imports.FindAsync(North, Some, Token))!;
        (taken.State, taken.Node, taken.StartedAt, taken.Day, taken.EndedAt).ShouldBe((ImportState.Running, other, import.StartedAt, import.Day, null));
        await MustCommitAsync(stores, new ImportChange.Ended(North, Some, import.Day, other, ImportState.Broken, new ImportCounts(4, 4, 0, 0)));
        (await stores.Imports.FindAsync(North, Some, Token))!.Counts.ShouldBe(new ImportCounts(9, 9, 0, 0), "who breaks off sooner knows less");
    }

    [Fact]
    public async Task An_items_row_stands_or_falls_with_what_it_made()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        ExceptionRow row = Row("a");
        ExceptionRow again = Row("b");

        await MustCommitAsync(stores, new ExceptionChange.Add(row, [Delivery(1)]), Event(row), Of(import, 0, row));
        (await stores.Committer.CommitAsync([new ExceptionChange.Add(again, [Delivery(1)]), Event(again), Of(import, 0, again)], Token))
            .ShouldBe(new CommitOutcome.ItemThere(), "the item tells more than its delivery");
        (await stores.Committer.CommitAsync([new ExceptionChange.Add(Row("a"), []), Event(row), Of(import, 1, row)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));

        ImportItem item = (await stores.Imports.RangeAsync(import, 0, 10, Token)).ShouldHaveSingleItem();
        item.Place.ShouldBe(new ItemPlace(0, 0));
        (item.ExceptionId, item.Key, item.Status, item.Repeats, item.BytesHash).ShouldBe((row.Record.ExceptionId, row.Key, row.Record.ResolutionStatus, false, (UInt128)7));
        item.Errors.ShouldBeEmpty();
        (await stores.Exceptions.FindAsync(North, again.Record.ExceptionId, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_one_place_one_outcome_goes_in_however_many_are_handed_over_at_once()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        ExceptionRow[] rows = [.. Enumerable.Range(0, 30).Select(i => Row($"e{i}"))];

        CommitOutcome[] outcomes = await Task.WhenAll(rows.Select(row => stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), Event(row), Of(import, 5, row)], Token)));

        outcomes.Count(outcome => outcome is CommitOutcome.Committed).ShouldBe(1);
        outcomes.Where(outcome => outcome is not CommitOutcome.Committed).ShouldAllBe(outcome => outcome is CommitOutcome.ItemThere);
        int at = Array.FindIndex(outcomes, outcome => outcome is CommitOutcome.Committed);
        (await stores.Imports.RangeAsync(import, 5, 5, Token)).ShouldHaveSingleItem().ExceptionId.ShouldBe(rows[at].Record.ExceptionId);
        (await Chains.ShouldHoldAsync(stores.Audit)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refusals_come_back_with_all_their_errors()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        ReeveError[] errors =
        [
            new(ErrorCatalogue.Intake.WrongType, "It is a number.", "/owner", new SourcePosition(3, 7)),
            new(ErrorCatalogue.Intake.MappingFailed, "\"quoted\" and \0 and \ud800.", null, null, "Do something else."),
        ];

        await MustCommitAsync(stores, Of(import, 3, errors), Of(import, 4, errors[0].At(null)));

        IReadOnlyList<ImportItem> rows = await stores.Imports.RangeAsync(import, 3, 4, Token);
        rows[0].Errors[0].ShouldBe(errors[0]);
        (rows[0].Errors[1].Code, rows[0].Errors[1].NextStep, rows[0].Errors[1].Subject).ShouldBe(("INTAKE-007", "Do something else.", null));
        rows[1].Errors.ShouldBe([errors[0].At(null)]);
        rows[1].Answer().Status.ShouldBeNull();
    }

    [Fact]
    public async Task Pages_go_by_place_and_show_the_refused_alone_when_asked()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        Import other = await BeginAsync(stores, Begun() with { Id = ImportId.Of(North, "key:1", "other") });
        ReeveError error = new(ErrorCatalogue.Intake.NotAnObject, "It is a number.", "");
        ExceptionRow row = Row("a");
        await MustCommitAsync(stores, Of(import, 2, error), Of(import, 0, error), Of(other, 1, error));
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), Of(import, 1, row));
        await MustCommitAsync(stores, Of(import, 1, row) with { Item = Of(import, 1, row).Item with { Place = new ItemPlace(1, 1), Repeats = true } });

        async Task<ItemPlace[]> Page(ItemPlace? after, int limit, bool refusedOnly) => [.. (await stores.Imports.PageAsync(import, after, limit, refusedOnly, Token)).Select(item => item.Place)];

        (await Page(null, 10, false)).ShouldBe([new(0, 0), new(1, 0), new(1, 1), new(2, 0)]);
        (await Page(null, 2, false)).ShouldBe([new(0, 0), new(1, 0)]);
        (await Page(new ItemPlace(1, 0), 2, false)).ShouldBe([new(1, 1), new(2, 0)]);
        (await Page(new ItemPlace(0, 0), 10, true)).ShouldBe([new(2, 0)]);
        (await Page(new ItemPlace(2, 0), 10, false)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_erased_is_gone_from_its_item_and_its_place_stays_taken()
    {
        await using RecordStores stores = await OpenAsync();
        Import import = await BeginAsync(stores, Begun());
        ExceptionRow row = Row("a");
        ExceptionRow kept = Row("b");
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), Of(import, 0, row));
        await MustCommitAsync(stores, new ExceptionChange.Add(kept, []), Event(kept), Of(import, 1, kept));
        LoggedEvent logged = (await ListAsync(stores.Log.OfExceptionAsync(North, row.Key, Token))).ShouldHaveSingleItem();

        (await stores.Committer.CommitAloneAsync(North, [Note(North), new BodiesErasure(North, row.Key, 1, [new ErasedBody(logged.Position, logged.RecordedAt, logged.EventId)])], Token)).ShouldBeOfType<CommitOutcome.Committed>();

        IReadOnlyList<ImportItem> items = await stores.Imports.RangeAsync(import, 0, 1, Token);
        (items[0].ExceptionId, items[0].BytesHash).ShouldBe((null, null));
        items[0].Answer().Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-013");
        items[1].ExceptionId.ShouldBe(kept.Record.ExceptionId);
        (await stores.Committer.CommitAsync([Of(import, 0, kept)], Token)).ShouldBe(new CommitOutcome.ItemThere());
    }

    [Fact]
    public async Task A_node_that_nobody_knows_does_not_live()
    {
        await using RecordStores stores = await OpenAsync();

        (await stores.Imports.IsAliveAsync(Guid.CreateVersion7(At), Token)).ShouldBeFalse();
    }

    private static ImportChange.Begun Begun() => new(North, Some, ImportKind.Document, new DomainName("Parcels"), Hash, Node);

    private static ImportChange.ItemAdded Of(Import import, long item, ExceptionRow row) =>
        new(North, import.Day, import.Id, new ImportItem { Place = new ItemPlace(item, 0), BytesHash = 7, ExceptionId = row.Record.ExceptionId });

    private static ImportChange.ItemAdded Of(Import import, long item, params ReeveError[] errors) =>
        new(North, import.Day, import.Id, new ImportItem { Place = new ItemPlace(item, 0), BytesHash = UInt128.MaxValue, Errors = errors });

    private static async Task<Import> BeginAsync(RecordStores stores, ImportChange.Begun begun)
    {
        await MustCommitAsync(stores, begun);
        return (await stores.Imports.FindAsync(begun.Tenant, begun.Id, Token)).ShouldNotBeNull();
    }
}
