using System.Globalization;
using System.Text.RegularExpressions;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Proof;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Audit;

/// <summary>What is done to the tables of a real store, past every role and policy, is found by Reeve and by the script.</summary>
public sealed class StoreTamperTests
{
    // Further than any commit or ordinal of the store, so that a key that is altered meets no other.
    private const long Far = 100;

    private static readonly Principal Me = new(PrincipalKind.Person, "local:me", "me", []);

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task An_unharmed_store_with_an_erasure_is_clean(Dialect dialect)
    {
        await using RecordStores stores = await FilledAsync(dialect);

        (AuditReport report, ScriptVerdict verdict) = await CheckAsync(stores, await HeadsAsync(stores));

        report.Findings.ShouldBeEmpty();
        verdict.ExitCode.ShouldBe(0, verdict.Output);
        (report.Events, report.Chains > 1, report.Erased).ShouldBe((24, true, 3));
        verdict.Output.ShouldContain(" 21 bodies, 3 erased, 0 withheld; 0 findings");
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_value_altered_in_any_column_is_found_and_named(Dialect dialect)
    {
        await using RecordStores stores = await FilledAsync(dialect);
        TestStore store = stores.Store!;
        Place place = await MiddleAsync(store);
        string[] columns = await ColumnsAsync(store);
        columns.Length.ShouldBe(20);
        List<(string Column, string Export, AuditReport Report)> cases = [];
        foreach (string column in columns)
        {
            await SaveAsync(store);
            await AlterAsync(store, place, column);
            cases.Add((column, await TestExport.TextAsync(stores.Audit), await VerifyAsync(stores)));
            await RestoreAsync(store);
        }

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(cases.Select(one => (one.Export, (string?)null)));

        foreach (((string column, _, AuditReport report), ScriptVerdict verdict) in cases.Zip(verdicts))
        {
            report.Findings.ShouldContain(finding => Names(finding, place, column), $"{column}\n{string.Join('\n', report.Findings)}");
            verdict.ExitCode.ShouldBe(3, column);
            verdict.Findings.ShouldContain(line => line.StartsWith(place.Tenant, StringComparison.Ordinal), $"{column}\n{verdict.Output}");
        }

        (await VerifyAsync(stores)).IsClean.ShouldBeTrue();
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Rows_and_commits_that_are_removed_exchanged_or_copied_are_found(Dialect dialect)
    {
        await using RecordStores stores = await FilledAsync(dialect);
        TestStore store = stores.Store!;
        IReadOnlyList<ChainHead> heads = await HeadsAsync(stores);
        Place middle = await MiddleAsync(store);
        string where = $"tenant_id = '{middle.Tenant}' and slot = {middle.Slot}";
        (string What, FindingKind? Kind, string Sql)[] harms =
        [
            ("first row", FindingKind.MissingEvents, $"delete from events where {where} and n = (select min(n) from events where {where}) and ordinal = 0"),
            ("middle row", FindingKind.MissingEvents, $"delete from events where {middle.Sql}"),
            ("last row", FindingKind.CutTail, $"delete from events where {where} and n = (select max(n) from events where {where})"),
            ("tail without its commits", FindingKind.CutTail, $"delete from events where {where} and n >= {middle.N}"),
            ("tail with its commits", FindingKind.CutTail, $"delete from events where slot = {middle.Slot} and n >= {middle.N}; delete from commits where slot = {middle.Slot} and n >= {middle.N}"),
            ("body without an erasure", FindingKind.MissingBody, $"update events set salt = null, body = null where {middle.Sql}"),
            ("salt alone", FindingKind.AlteredBody, $"update events set salt = null where {middle.Sql}"),
            ("two rows exchanged", FindingKind.ExchangedEvents, $"update events set ordinal = 77 where {middle.Sql}; update events set ordinal = 1 where {where} and n = {middle.N} and ordinal = 2; update events set ordinal = 2 where {where} and n = {middle.N} and ordinal = 77"),
            ("another tenant", FindingKind.MovedEvent, $"update events set tenant_id = 'elsewhere' where {middle.Sql}"),
            ("another slot", FindingKind.MovedEvent, $"update events set slot = 99 where {middle.Sql}"),
            ("copied row", null, $"create table copied as select * from events where {middle.Sql}; update copied set ordinal = 9; insert into events select * from copied; drop table copied"),
            ("commit's count", FindingKind.CommitMismatch, $"update commits set tenants = replace(tenants, ':3', ':2') where slot = {middle.Slot} and n = {middle.N}"),
            ("commit's list", FindingKind.Unreadable, $"update commits set tenants = 'x' where slot = {middle.Slot} and n = {middle.N}"),
            ("commit", FindingKind.UnlistedCommits, $"delete from commits where slot = {middle.Slot} and n = {middle.N}"),
        ];
        List<(string What, AuditReport Report, string Export)> cases = [];
        foreach ((string what, FindingKind? kind, string sql) in harms)
        {
            await SaveAsync(store);
            await store.ExecuteAsync(sql);
            AuditReport report = await new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, heads, null, CancellationToken.None);
            report.Findings.ShouldContain(finding => kind == null || finding.Kind == kind, $"{what}\n{string.Join('\n', report.Findings)}");
            cases.Add((what, report, await TestExport.TextAsync(stores.Audit)));
            await RestoreAsync(store);
        }

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(cases.Select(one => (one.Export, (string?)TestExport.HeadLines(heads))));

        cases.Zip(verdicts).Where(pair => pair.First.Report.IsClean || pair.Second.ExitCode != 3).Select(pair => pair.First.What).ShouldBeEmpty();
        (await VerifyAsync(stores)).IsClean.ShouldBeTrue();
    }

    // A file takes any type in any column, and a check constraint binds only whoever does not switch it off.
    [Fact]
    public async Task Whatever_a_file_holds_in_a_column_is_found_and_fails_nothing()
    {
        await using RecordStores stores = await FilledAsync(Dialect.Sqlite);
        TestStore store = stores.Store!;
        Place place = await MiddleAsync(store);
        string[] values = ["1.5", "'x'", "x'ff'", "cast(x'fffe00' as text)", "x''", "''", "9223372036854775807", "-9223372036854775808", "-1", "x'00112233445566778899aabbccddeeff00'", "1e300", "zeroblob(31)"];
        List<(string What, string Export)> cases = [];
        foreach (string column in await ColumnsAsync(store))
        {
            foreach (string value in values)
            {
                await SaveAsync(store);
                await store.ExecuteAsync($"pragma ignore_check_constraints = on; update events set {column} = {value} where {place.Sql}");
                AuditReport report = await VerifyAsync(stores);
                report.IsClean.ShouldBeFalse($"{column} = {value}");
                cases.Add(($"{column} = {value}", await TestExport.TextAsync(stores.Audit)));
                await RestoreAsync(store);
            }
        }

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(cases.Select(one => (one.Export, (string?)null)));

        cases.Zip(verdicts).Where(pair => pair.Second.ExitCode != 3).Select(pair => pair.First.What).ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_salt_and_a_body_that_are_cut_elsewhere_are_found(Dialect dialect)
    {
        await using RecordStores stores = await FilledAsync(dialect);
        Place place = await MiddleAsync(stores.Store!);
        object?[] row = (await stores.Store!.QueryAsync($"select salt, body from events where {place.Sql}")).Single();
        byte[] both = [.. (byte[])row[0]!, .. (byte[])row[1]!];
        await stores.Store.ExecuteAsync(
            (dialect == Dialect.Sqlite ? "pragma ignore_check_constraints = on; " : "alter table events drop constraint events_salt_check; ")
            + $"update events set salt = {Literal(both[..15], dialect)}, body = {Literal(both[15..], dialect)} where {place.Sql}");

        (AuditReport report, ScriptVerdict verdict) = await CheckAsync(stores, null);

        report.Findings.ShouldHaveSingleItem().ToString().ShouldStartWith($"{place.Tenant} {place.Position}: Its salt has 15 bytes");
        verdict.Findings.ShouldHaveSingleItem().ShouldStartWith($"{place.Tenant} {place.Position}: ");
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_body_put_where_one_was_erased_is_found(Dialect dialect)
    {
        await using RecordStores stores = await FilledAsync(dialect);
        object?[] row = (await stores.Store!.QueryAsync("select slot, n, ordinal from events where body is null order by slot, n, ordinal limit 1")).Single();
        string place = string.Create(CultureInfo.InvariantCulture, $"{row[0]}.{row[1]}.{row[2]}");
        await stores.Store.ExecuteAsync($"update events set salt = {Literal(new byte[16], dialect)}, body = {Literal(new byte[] { 1 }, dialect)} where slot = {row[0]} and n = {row[1]} and ordinal = {row[2]}");

        (AuditReport report, ScriptVerdict verdict) = await CheckAsync(stores, null);

        report.Findings.ShouldHaveSingleItem().Position.ShouldBe(place);
        verdict.Findings.ShouldHaveSingleItem().ShouldContain($" {place}: ");
    }

    // Several tenants, commits of one and of three events, and an exception that is erased.
    private static async Task<RecordStores> FilledAsync(Dialect dialect)
    {
        RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow forgotten = RecordContract.Row("forget me");
        await CommitAsync(stores, [new ExceptionChange.Add(forgotten, []), RecordContract.Event(forgotten, type: EventType.ExceptionReceived), RecordContract.Event(forgotten), RecordContract.Event(forgotten)]);
        for (int i = 0; i < 5; i++)
        {
            ExceptionRow row = RecordContract.Row($"keep {i}");
            await CommitAsync(stores, [new ExceptionChange.Add(row, []), RecordContract.Event(row, type: EventType.ExceptionReceived), RecordContract.Event(row, "{\"größe\":\"送 🚚\"}"), RecordContract.Event(row)]);
            await CommitAsync(stores, [RecordContract.Note(new TenantId("south"))]);
        }

        Erasure erasure = await new ErasureDesk(stores.Log, stores.Committer, TimeProvider.System)
            .EraseAsync(new TenantId("NORTH"), forgotten.Key, ErasureReason.Request, Me, CancellationToken.None);
        erasure.Events.Count.ShouldBe(3);
        (await stores.Exceptions.FindAsync(new TenantId("NORTH"), forgotten.Record.ExceptionId, CancellationToken.None)).ShouldBeNull();
        return stores;
    }

    private static async Task CommitAsync(RecordStores stores, IReadOnlyList<Change> changes) =>
        (await stores.Committer.CommitAsync(changes, CancellationToken.None)).ShouldBeOfType<CommitOutcome.Committed>();

    private static Task<AuditReport> VerifyAsync(RecordStores stores) =>
        new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, [], null, CancellationToken.None);

    private static async Task<(AuditReport Report, ScriptVerdict Verdict)> CheckAsync(RecordStores stores, IReadOnlyList<ChainHead>? heads) => (
        await new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, heads ?? [], null, CancellationToken.None),
        await AuditScript.CheckAsync(stores.Audit, heads));

    private static Task<IReadOnlyList<ChainHead>> HeadsAsync(RecordStores stores) => TestExport.HeadsAsync(stores.Audit);

    // The second of three events, in the middle of the longest chain.
    private static async Task<Place> MiddleAsync(TestStore store)
    {
        object?[] row = (await store.QueryAsync(
            """
            select e.tenant_id, e.slot, e.n, e.ordinal from events e
            where e.tenant_id = 'NORTH' and e.ordinal = 1 and e.body is not null
                and exists (select 1 from events b where b.tenant_id = e.tenant_id and b.slot = e.slot and b.n < e.n)
                and exists (select 1 from events b where b.tenant_id = e.tenant_id and b.slot = e.slot and b.n > e.n)
            order by e.slot, e.n limit 1
            """)).Single();
        return new Place((string)row[0]!, Convert.ToInt32(row[1], CultureInfo.InvariantCulture), Convert.ToInt64(row[2], CultureInfo.InvariantCulture));
    }

    private static async Task<string[]> ColumnsAsync(TestStore store) =>
        [.. (await store.QueryAsync(store.Dialect == Dialect.Sqlite
            ? "select name from pragma_table_info('events') order by cid"
            : "select column_name from information_schema.columns where table_schema = 'public' and table_name = 'events' order by ordinal_position")).Select(row => (string)row[0]!)];

    private static async Task AlterAsync(TestStore store, Place place, string column)
    {
        object? value = (await store.QueryAsync($"select {column} from events where {place.Sql}")).Single()[0];
        object altered = value switch
        {
            null => column == "stage" ? "x" : 1L,
            byte[] bytes => bytes[..^1].Append((byte)(bytes[^1] ^ 1)).ToArray(),
            string text => text + "x",
            Guid id => new Guid([.. id.ToByteArray()[..^1], (byte)(id.ToByteArray()[^1] ^ 1)]),
            DateTime time => time.AddTicks(TimeSpan.TicksPerMicrosecond),
            _ => Convert.ToInt64(value, CultureInfo.InvariantCulture) + (column is "n" or "ordinal" ? Far : 1),
        };
        await store.ExecuteAsync($"update events set {column} = {Literal(altered, store.Dialect)} where {place.Sql}");
    }

    private static string Literal(object value, Dialect dialect) => value switch
    {
        byte[] bytes => dialect == Dialect.Sqlite ? $"x'{Convert.ToHexString(bytes)}'" : $@"'\x{Convert.ToHexString(bytes)}'::bytea",
        DateTime time => $"'{time:yyyy-MM-ddTHH:mm:ss.ffffff}Z'::timestamptz",
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => $"'{value}'",
    };

    // Rows that moved are named where they are now, or where they were.
    private static bool Names(AuditFinding finding, Place place, string column) => column switch
    {
        "tenant_id" => finding.Tenant?.Value == place.Tenant + "x" && finding.Position == place.Position,
        "slot" => finding.Tenant?.Value == place.Tenant && finding.N == place.N,
        "n" => finding.Tenant?.Value == place.Tenant && finding.N == place.N + Far,
        "ordinal" => finding.Tenant?.Value == place.Tenant && finding.N == place.N,
        _ => finding.Tenant?.Value == place.Tenant && finding.Position == place.Position,
    };

    private static Task SaveAsync(TestStore store) => store.ExecuteAsync(
        "create table saved_events as select * from events; create table saved_commits as select * from commits;");

    private static Task RestoreAsync(TestStore store) => store.ExecuteAsync(
        "delete from events; insert into events select * from saved_events; delete from commits; insert into commits select * from saved_commits; drop table saved_events; drop table saved_commits;");

    private sealed record Place(string Tenant, int Slot, long N)
    {
        public string Position => string.Create(CultureInfo.InvariantCulture, $"{Slot}.{N}.1");

        public string Sql => string.Create(CultureInfo.InvariantCulture, $"tenant_id = '{Tenant}' and slot = {Slot} and n = {N} and ordinal = 1");
    }
}
