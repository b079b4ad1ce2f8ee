using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Recording;

/// <summary>What every store of exceptions does.</summary>
public abstract class ExceptionStoreContract : RecordContract
{
    [Fact]
    public async Task A_row_comes_back_with_everything_but_payload_and_trail()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a ¼ 'x' 🜁") with
        {
            TriagedAt = At.AddSeconds(3), ResolvedAt = At.AddSeconds(4), ResolvedAutomatically = true, Actionability = Actionability.ActionableApprovedProcess,
            ExternalId = "", Fingerprint = "f",
        };
        row = row with
        {
            Record = row.Record with
            {
                ExceptionType = null, Severity = null, DetectedRules = ["r1"], SuggestedActions = ["p1", "p2"], ResolutionStatus = ResolutionStatus.PendingApproval,
                CurrentPlaybookId = new PlaybookId("p1"), CurrentStep = 2, Owner = "desk",
                Timestamp = DateTimeOffset.MinValue,
                NormalizedContext = ObjectMap.Of(("amount", Value.Of(1.1, "1.10")), ("none", Value.Null), ("deep", Value.Of(new ListValue([Value.True, Value.Of("x")])))),
                AuditTrail = [new AuditEntry("x", At, "y")],
            },
        };

        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row));

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Record.ExceptionId, Token), row);
    }

    [Fact]
    public async Task An_absent_row_and_another_tenants_are_alike()
    {
        await using RecordStores stores = await OpenAsync();
        await AddAsync(stores, Row("a"));

        (await stores.Exceptions.FindAsync(South, new ExceptionId("a"), Token)).ShouldBeNull();
        (await stores.Exceptions.FindAsync(North, new ExceptionId("A"), Token)).ShouldBeNull();
        (await stores.Exceptions.FindAsync(North, new ExceptionId("a "), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Known_ids_and_deliveries_are_told_apart_from_unknown_ones()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        await MustCommitAsync(stores, new ExceptionChange.Add(row, [Delivery(1), Delivery(2, day: -1)]), Event(row));

        (await stores.Exceptions.KnownAsync(North, [new("a"), new("b"), new("a")], Token)).ShouldBe([new(new ExceptionId("a"), row.Key)]);
        (await stores.Exceptions.KnownAsync(South, [new("a")], Token)).ShouldBeEmpty();
        (await stores.Exceptions.KnownAsync(North, [], Token)).ShouldBeEmpty();
        (await stores.Exceptions.DeliveredAsync(North, [Delivery(9), Delivery(2), Delivery(2, day: -1), Delivery(1)], Token))
            .OrderBy(item => item.Key.Hash).Select(item => (item.Key, item.Value.Value)).ShouldBe([(Delivery(1), "a"), (Delivery(2, day: -1), "a")]);
        (await stores.Exceptions.DeliveredAsync(South, [Delivery(1)], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_come_newest_first_and_meet_without_gap_or_overlap()
    {
        await using RecordStores stores = await OpenAsync();
        for (int i = 0; i < 23; i++)
        {
            await AddAsync(stores, Row($"e{i}", createdAt: At.AddMilliseconds(i / 3)));
        }

        List<ExceptionRow> all = [];
        string? cursor = null;
        do
        {
            ExceptionPage page = await stores.Exceptions.ListAsync(North, new ExceptionQuery { Limit = 5, Cursor = cursor }, Token);
            page.Total.ShouldBe(23);
            page.TotalIsLowerBound.ShouldBeFalse();
            all.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);

        all.Count.ShouldBe(23);
        all.Select(row => row.Key).ShouldBeUnique();
        all.ShouldBe([.. all.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Key.Value)]);
        ExceptionPage skipped = await stores.Exceptions.ListAsync(North, new ExceptionQuery { Limit = 4, Skip = 21 }, Token);
        skipped.Items.Select(row => row.Key).ShouldBe(all.Skip(21).Select(row => row.Key));
        skipped.Next.ShouldBeNull();
    }

    [Fact]
    public async Task A_page_that_ends_with_the_last_row_is_the_last()
    {
        await using RecordStores stores = await OpenAsync();
        await AddAsync(stores, Row("a"));
        await AddAsync(stores, Row("b"));

        (await stores.Exceptions.ListAsync(North, new ExceptionQuery { Limit = 2 }, Token)).Next.ShouldBeNull();
        (await stores.Exceptions.ListAsync(South, new ExceptionQuery(), Token)).ShouldBe(new ExceptionPage([], null, 0, false), new PageComparer());
    }

    [Fact]
    public async Task Every_filter_and_all_of_them_together_find_what_matches()
    {
        await using RecordStores stores = await OpenAsync();
        Random random = new(20261120);
        List<ExceptionRow> rows = [];
        for (int i = 0; i < 60; i++)
        {
            ExceptionRow row = Row($"e{i}", createdAt: At.AddMinutes(random.Next(4)));
            row = row with
            {
                Domain = new DomainName(random.Next(2) == 0 ? "Parcels" : "Letters"),
                Record = row.Record with
                {
                    ResolutionStatus = (ResolutionStatus)random.Next(5),
                    Severity = random.Next(5) is < 4 and int severity ? (Severity)severity : null,
                    ExceptionType = random.Next(3) switch { 0 => null, 1 => new ExceptionTypeName("A"), _ => new ExceptionTypeName("B") },
                },
            };
            rows.Add(await AddAsync(stores, row));
        }

        for (int mask = 0; mask < 64; mask++)
        {
            ExceptionQuery query = new()
            {
                Domain = (mask & 1) > 0 ? new DomainName("Parcels") : null,
                Status = (mask & 2) > 0 ? ResolutionStatus.Escalated : null,
                Severity = (mask & 4) > 0 ? Severity.High : null,
                Type = (mask & 8) > 0 ? new ExceptionTypeName("A") : null,
                From = (mask & 16) > 0 ? At.AddMinutes(1).AddMicroseconds(-1) : null,
                To = (mask & 32) > 0 ? At.AddMinutes(3) : null,
                Limit = 100,
            };
            string[] expected = [.. rows.Where(row =>
                    (query.Domain is null || row.Domain == query.Domain) && (query.Status is null || row.Record.ResolutionStatus == query.Status)
                    && (query.Severity is null || row.Record.Severity == query.Severity) && (query.Type is null || row.Record.ExceptionType == query.Type)
                    && (query.From is null || row.CreatedAt >= query.From) && (query.To is null || row.CreatedAt < query.To))
                .Select(row => row.Record.ExceptionId.Value).Order(StringComparer.Ordinal)];

            ExceptionPage page = await stores.Exceptions.ListAsync(North, query, Token);

            string[] found = [.. page.Items.Select(row => row.Record.ExceptionId.Value).Order(StringComparer.Ordinal)];
            found.ShouldBe(expected, $"filters {mask:b6}");
            page.Total.ShouldBe(expected.Length, $"filters {mask:b6}");
            ExceptionPage half = await stores.Exceptions.ListAsync(North, query with { Limit = 1 }, Token);
            if (half.Next is { } next)
            {
                ExceptionPage rest = await stores.Exceptions.ListAsync(North, query with { Cursor = next }, Token);
                ExceptionKey[] both = [.. half.Items.Concat(rest.Items).Select(row => row.Key)];
                ExceptionKey[] whole = [.. page.Items.Select(row => row.Key)];
                both.ShouldBe(whole, $"filters {mask:b6}");
            }
        }
    }

    [Fact]
    public async Task Kept_totals_follow_changes_and_erasure()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await AddAsync(stores, Row("a"));
        await AddAsync(stores, Row("b"));
        ExceptionRow next = Next(row, ResolutionStatus.Resolved) with { Domain = new DomainName("Letters"), ResolvedAt = At.AddMinutes(1) };
        next = next with { Record = next.Record with { Severity = Severity.Low, ExceptionType = new ExceptionTypeName("LOST") } };

        await MustCommitAsync(stores, new ExceptionChange.Update(next, 1), Event(next));

        (await TotalAsync(stores, new ExceptionQuery())).ShouldBe(2);
        (await TotalAsync(stores, new ExceptionQuery { Status = ResolutionStatus.Open })).ShouldBe(1);
        (await TotalAsync(stores, new ExceptionQuery { Status = ResolutionStatus.Resolved })).ShouldBe(1);
        (await TotalAsync(stores, new ExceptionQuery { Severity = Severity.High })).ShouldBe(1);
        (await TotalAsync(stores, new ExceptionQuery { Domain = new DomainName("Letters") })).ShouldBe(1);
        (await TotalAsync(stores, new ExceptionQuery { Type = new ExceptionTypeName("DELAYED") })).ShouldBe(1);
    }

    [Fact]
    public async Task A_type_called_none_is_not_the_absence_of_one()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = Row("a");
        await AddAsync(stores, row with { Record = row.Record with { ExceptionType = null } });

        (await TotalAsync(stores, new ExceptionQuery { Type = new ExceptionTypeName("none") })).ShouldBe(0);
    }

    [Fact]
    public async Task A_page_may_end_in_1970()
    {
        await using RecordStores stores = await OpenAsync();
        await AddAsync(stores, Row("a", createdAt: DateTimeOffset.UnixEpoch));
        await AddAsync(stores, Row("b", createdAt: DateTimeOffset.UnixEpoch));

        ExceptionPage first = await stores.Exceptions.ListAsync(North, new ExceptionQuery { Limit = 1 }, Token);
        ExceptionPage second = await stores.Exceptions.ListAsync(North, new ExceptionQuery { Limit = 1, Cursor = first.Next }, Token);

        first.Items.Concat(second.Items).Select(item => item.Key).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_that_conflicted_is_counted()
    {
        await using RecordStores stores = await OpenAsync();
        await AddAsync(stores, Row("a"));
        ExceptionRow again = Row("a");

        await stores.Committer.CommitAsync([new ExceptionChange.Add(again, []), Event(again)], Token);

        (await TotalAsync(stores, new ExceptionQuery())).ShouldBe(1);
        (await TotalAsync(stores, new ExceptionQuery { Status = ResolutionStatus.Open })).ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("__________________________________8")]
    [InlineData("f_______________________________")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor)
    {
        await using RecordStores stores = await OpenAsync();

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => stores.Exceptions.ListAsync(North, new ExceptionQuery { Cursor = cursor }, Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Record.BadCursor);
    }

    [Fact]
    public async Task A_row_is_found_by_its_key_in_its_tenant_alone()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await AddAsync(stores, Row("a"));

        ShouldBeStored(await stores.Exceptions.FindAsync(North, row.Key, Token), row);
        (await stores.Exceptions.FindAsync(South, row.Key, Token)).ShouldBeNull();
    }

    private static async Task<long> TotalAsync(RecordStores stores, ExceptionQuery query) => (await stores.Exceptions.ListAsync(North, query, Token)).Total;

    private sealed class PageComparer : IEqualityComparer<ExceptionPage>
    {
        public bool Equals(ExceptionPage? x, ExceptionPage? y) => (x?.Items.Count, x?.Next, x?.Total, x?.TotalIsLowerBound) == (y?.Items.Count, y?.Next, y?.Total, y?.TotalIsLowerBound);

        public int GetHashCode(ExceptionPage obj) => obj.Total.GetHashCode();
    }
}

/// <summary>What every store of runs does.</summary>
public abstract class RunStoreContract : RecordContract
{
    [Fact]
    public async Task A_run_comes_back_with_the_id_of_who_started_it()
    {
        await using RecordStores stores = await OpenAsync();
        Run run = MakeRun(North) with { AsOf = null };

        await MustCommitAsync(stores, new RunAdded(run), Note(North, run: run.Id));

        Run found = (await stores.Runs.FindAsync(North, run.Id, Token)).ShouldNotBeNull();
        found.StartedBy.Id.ShouldBe("local:me");
        (found with { StartedBy = run.StartedBy }).ShouldBe(run);
        (await stores.Runs.FindAsync(South, run.Id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_is_there_is_a_conflict()
    {
        await using RecordStores stores = await OpenAsync();
        Run run = MakeRun(North);
        await MustCommitAsync(stores, new RunAdded(run), Note(North));

        (await stores.Committer.CommitAsync([new RunAdded(run with { Product = "another" }), Note(North)], Token)).ShouldBe(new Core.Ports.CommitOutcome.AlreadyThere(null));
        (await stores.Runs.FindAsync(North, run.Id, Token)).ShouldNotBeNull().Product.ShouldBe("reeve 0.1");
    }

    [Fact]
    public async Task Runs_are_listed_newest_first()
    {
        await using RecordStores stores = await OpenAsync();
        Run[] runs = [.. Enumerable.Range(0, 5).Select(i => MakeRun(North, At.AddSeconds((i * 7) % 5)))];
        foreach (Run run in runs)
        {
            await MustCommitAsync(stores, new RunAdded(run), Note(North));
        }

        await MustCommitAsync(stores, new RunAdded(MakeRun(South)), Note(South));

        (await stores.Runs.ListAsync(North, 3, Token)).Select(run => run.Id).ShouldBe(runs.OrderByDescending(run => run.StartedAt).Take(3).Select(run => run.Id));
    }

    [Fact]
    public async Task What_happens_in_a_run_waits_for_it_to_begin()
    {
        await using RecordStores stores = await OpenAsync();
        Run run = MakeRun(North);
        ExceptionRow row = Row("a") with { RunId = run.Id };
        Task<Core.Ports.CommitOutcome> began = stores.Committer.CommitAsync([new RunAdded(run), Note(North, run: run.Id)], Token);
        Task<Core.Ports.CommitOutcome> happened = stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), Event(row)], Token);

        await happened;

        began.IsCompletedSuccessfully.ShouldBeTrue();
    }
}
