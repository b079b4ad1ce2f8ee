using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;

namespace Reeve.Testing.Recording;

/// <summary>What the contracts of the record share: valid rows, events and runs, to be varied by the test that needs them otherwise.</summary>
public abstract class RecordContract
{
    protected static readonly TenantId North = new("NORTH");
    protected static readonly TenantId South = new("south");

    /// <summary>A time that no coarser clock could keep.</summary>
    protected static readonly DateTimeOffset At = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero).AddMicroseconds(123_457);

    protected static readonly RunId SomeRun = new(Guid.CreateVersion7(At));

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The stores over a place of the test's own.</summary>
    protected abstract Task<RecordStores> OpenAsync();

    public static ExceptionRow Row(string id, TenantId? tenant = null, DateTimeOffset? createdAt = null) => new()
    {
        Record = new ExceptionRecord
        {
            ExceptionId = new ExceptionId(id),
            TenantId = tenant ?? North,
            SourceSystem = "sorter",
            ExceptionType = new ExceptionTypeName("DELAYED"),
            Severity = Severity.High,
            Timestamp = At,
            RawPayload = ObjectMap.Empty,
            RawBytes = default,
            NormalizedContext = ObjectMap.Of(("domain", Value.Of("Parcels")), ("hoursLate", Value.Of(80L))),
        },
        Key = new ExceptionKey(Guid.CreateVersion7(createdAt ?? At)),
        Version = 1,
        Domain = new DomainName("Parcels"),
        RunId = SomeRun,
        PassId = new PassId(Guid.CreateVersion7(At)),
        UpdatedAt = createdAt ?? At,
    };

    public static Change.Append Event(ExceptionRow row, string body = """{"some":"body"}""", EventType? type = null) => new(new EventDraft
    {
        TenantId = row.Record.TenantId,
        ExceptionKey = row.Key,
        RowVersion = row.Version,
        RunId = row.RunId,
        PassId = row.PassId,
        Type = type ?? EventType.StageCompleted,
        Stage = Stage.Triage,
        Actor = Principal.Of(Stage.Triage),
        At = At,
        Body = Encoding.UTF8.GetBytes(body),
    });

    /// <summary>An event about no exception.</summary>
    public static Change.Append Note(TenantId tenant, string body = "{}", RunId? run = null) => new(new EventDraft
    {
        TenantId = tenant,
        RunId = run,
        Type = EventType.PackStored,
        Actor = new Principal(PrincipalKind.Person, "local:me", "me", []),
        At = At,
        Body = Encoding.UTF8.GetBytes(body),
    });

    /// <summary>The row one version on.</summary>
    protected static ExceptionRow Next(ExceptionRow row, ResolutionStatus status = ResolutionStatus.InProgress) =>
        row with { Version = row.Version + 1, Record = row.Record with { ResolutionStatus = status }, UpdatedAt = row.UpdatedAt.AddSeconds(1) };

    protected static DeliveryKey Delivery(int hash, int day = 0) => new(DateOnly.FromDateTime(At.UtcDateTime).AddDays(day), (UInt128)hash);

    protected static Run MakeRun(TenantId tenant, DateTimeOffset? startedAt = null) => new()
    {
        Id = new RunId(Guid.CreateVersion7(startedAt ?? At)),
        TenantId = tenant,
        Kind = RunKind.Command,
        Domain = new DomainName("Parcels"),
        DomainPack = "hash-of-domain",
        TenantPolicy = "hash-of-policy",
        AsOf = At,
        LogicVersion = 3,
        Product = "reeve 0.1",
        StartedAt = startedAt ?? At,
        StartedBy = new Principal(PrincipalKind.Person, "local:me", "me", ["admin"]),
    };

    protected static async Task<CommitOutcome.Committed> MustCommitAsync(RecordStores stores, params Change[] changes) =>
        (await stores.Committer.CommitAsync(changes, Token)).ShouldBeOfType<CommitOutcome.Committed>();

    /// <summary>Adds a row with an event, and returns the row.</summary>
    protected static async Task<ExceptionRow> AddAsync(RecordStores stores, ExceptionRow row)
    {
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row));
        return row;
    }

    public static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    /// <summary>A row as a store gives it back.</summary>
    protected static void ShouldBeStored(ExceptionRow? found, ExceptionRow expected)
    {
        found.ShouldNotBeNull();
        RecordJson.Render(found.Record).ShouldBe(RecordJson.Render(expected.Record));
        (found with { Record = expected.Record }).ShouldBe(expected);
        found.Record.RawPayload.Count.ShouldBe(0);
        found.Record.AuditTrail.ShouldBeEmpty();
    }
}
