using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Proof;

/// <summary>One way to harm a <see cref="TestLog.Example"/>, and what is to be said of it.</summary>
/// <param name="Name">What is done, in words.</param>
/// <param name="Harm">Does it.</param>
/// <param name="Finding">Kind, tenant and position of the one finding; null when several are right.</param>
/// <param name="UsesHeads">Whether it is found only beside heads that were noted before.</param>
public sealed record Tampering(string Name, Action<TestLog> Harm, (FindingKind Kind, string? Tenant, string Position)? Finding, bool UsesHeads = false)
{
    /// <summary>Each column of <c>events</c> by its name in the database, altered in one row.</summary>
    public static IReadOnlyList<(string Column, Func<LoggedEvent, LoggedEvent> Alter)> Columns { get; } =
    [
        ("tenant_id", e => e with { TenantId = new TenantId("SOUTH") }),
        ("slot", e => e with { Position = e.Position with { Slot = 2 } }),
        ("n", e => e with { Position = e.Position with { N = e.Position.N + 1 } }),
        ("ordinal", e => e with { Position = e.Position with { Ordinal = e.Position.Ordinal + 5 } }),
        ("event_id", e => e with { EventId = new Guid(Flipped(e.EventId.ToByteArray(bigEndian: true)), bigEndian: true) }),
        ("recorded_at", e => e with { RecordedAt = e.RecordedAt.AddMicroseconds(1) }),
        ("type", e => e with { Type = new EventType(e.Type.Name + "x") }),
        ("version", e => e with { Version = e.Version + 1 }),
        ("occurred_at", e => e with { OccurredAt = e.OccurredAt.AddMicroseconds(-1) }),
        ("exception_key", e => e with { ExceptionKey = e.ExceptionKey is null ? new ExceptionKey(e.EventId) : null }),
        ("row_version", e => e with { RowVersion = (e.RowVersion ?? 0) + 1 }),
        ("run_id", e => e with { RunId = e.RunId is null ? new RunId(e.EventId) : null }),
        ("pass_id", e => e with { PassId = new PassId(e.EventId) }),
        ("stage", e => e with { Stage = e.Stage is null ? "" : e.Stage + "x" }),
        ("actor_kind", e => e with { ActorKind = "PERSON" }),
        ("actor_id", e => e with { ActorId = e.ActorId + "x" }),
        ("commitment", e => e with { Commitment = Flipped(e.Commitment) }),
        ("hash", e => e with { Hash = Flipped(e.Hash) }),
        ("salt", e => e with { Salt = Flipped(e.Salt ?? new byte[16]) }),
        ("body", e => e with { Body = Flipped(e.Body ?? new byte[2]) }),
    ];

    /// <summary>Every way that has a name.</summary>
    public static IReadOnlyList<Tampering> All { get; } =
    [
        .. Columns.Select(column => new Tampering(
            "column " + column.Column, log => log.Alter("NORTH", "1.4.1", column.Alter), Expected(column.Column))),
        new("the commitment alone of an erased event", log => log.Alter("NORTH", "2.2.0", Alter("commitment")), null),
        new("the salt alone put back", log => log.Alter("NORTH", "2.2.0", e => e with { Salt = new byte[16] }), (FindingKind.AlteredBody, "NORTH", "2.2.0")),
        new("the first event removed", log => log.Remove("NORTH", "1.1.0"), (FindingKind.MissingEvents, "NORTH", "1.1.0")),
        new("a middle event removed", log => log.Remove("NORTH", "1.4.1"), (FindingKind.MissingEvents, "NORTH", "1.4.1")),
        new("a commit's first event removed", log => log.Remove("NORTH", "1.4.0"), (FindingKind.MissingEvents, "NORTH", "1.4.0")),
        new("a commit's last event removed", log => log.Remove("NORTH", "1.4.2"), (FindingKind.MissingEvents, "NORTH", "1.4.2")),
        new("a whole commit's events removed", log => log.Rows.RemoveAll(At("NORTH", 1, 4)), (FindingKind.MissingEvents, "NORTH", "1.4.0")),
        new("the last event removed", log => log.Remove("NORTH", "1.7.1"), (FindingKind.CutTail, "NORTH", "1.7.1")),
        new("a chain's only event removed", log => log.Rows.RemoveAll(row => row.TenantId.Value == "SOUTH" && row.Position.Slot == 2), (FindingKind.CutTail, "SOUTH", "2.3.0")),
        new("the end cut off", log => log.Rows.RemoveAll(row => row.TenantId.Value == "NORTH" && row.Position.Slot == 1 && row.Position.N >= 6), (FindingKind.CutTail, "NORTH", "1.6.0")),
        new("the end cut off with its commits", Cut, null, UsesHeads: true),
        new("everything gone", log => { log.Rows.Clear(); log.Commits.Clear(); }, null, UsesHeads: true),
        new("two events next to each other exchanged", log => Exchange(log, "1.4.0", "1.4.1"), (FindingKind.ExchangedEvents, "NORTH", "1.4.0")),
        new("two events far from each other exchanged", log => Exchange(log, "1.2.0", "1.4.1"), (FindingKind.ExchangedEvents, "NORTH", "1.2.0")),
        new("the first and the last event exchanged", log => Exchange(log, "1.1.0", "1.7.1"), (FindingKind.ExchangedEvents, "NORTH", "1.1.0")),
        new("two events exchanged but for their hashes", ExchangeContents, (FindingKind.ExchangedEvents, "NORTH", "1.2.0")),
        new("two bodies exchanged", ExchangeBodies, (FindingKind.ExchangedEvents, "NORTH", "1.2.0")),
        new("an event moved to another tenant", log => Move(log, "NORTH", "1.2.1", e => e with { TenantId = new TenantId("SOUTH"), Position = e.Position with { Ordinal = 1 } }), (FindingKind.MovedEvent, "SOUTH", "1.2.1")),
        new("an event moved to another slot", log => Move(log, "NORTH", "1.2.1", e => e with { Position = new EventPosition(2, 9, 0) }), (FindingKind.MovedEvent, "NORTH", "2.9.0")),
        new("an event copied behind another", log => Copy(log, "1.2.0", e => e with { Position = new EventPosition(1, 2, 7) }), (FindingKind.ForeignEvent, "NORTH", "1.2.7")),
        new("an event copied to the end", log => Copy(log, "1.2.0", e => e with { Position = new EventPosition(1, 7, 2) }), (FindingKind.ForeignEvent, "NORTH", "1.7.2")),
        new("an event copied into its own place", log => Copy(log, "1.4.1", e => e with { RecordedAt = e.RecordedAt.AddDays(31), EventId = Guid.Empty }), (FindingKind.DuplicatePosition, "NORTH", "1.4.1")),
        new("a body erased without an erasure", log => log.Alter("NORTH", "1.4.1", e => e with { Salt = null, Body = null }), (FindingKind.MissingBody, "NORTH", "1.4.1")),
        new("a body removed and its salt left", log => log.Alter("NORTH", "1.4.1", e => e with { Body = null }), (FindingKind.AlteredBody, "NORTH", "1.4.1")),
        new("a salt removed and its body left", log => log.Alter("NORTH", "1.4.1", e => e with { Salt = null }), (FindingKind.AlteredBody, "NORTH", "1.4.1")),
        new("an erasure's own body erased", log => log.Alter("NORTH", "1.5.0", e => e with { Salt = null, Body = null }), null),
        new("an erased body that is back", Restore, (FindingKind.BodyNotErased, "NORTH", "1.2.0")),
        new("an erasure removed", log => log.Remove("NORTH", "1.5.0"), null),
        new("a byte moved from the salt to the body", log => log.Alter("NORTH", "1.4.1", Split(15)), (FindingKind.AlteredBody, "NORTH", "1.4.1")),
        new("a byte moved from the body to the salt", log => log.Alter("NORTH", "1.4.1", Split(17)), (FindingKind.AlteredBody, "NORTH", "1.4.1")),
        new("a body that is not UTF-8", log => log.Alter("NORTH", "1.4.1", e => e with { Body = new byte[] { 0xff, 0x00 } }), (FindingKind.AlteredBody, "NORTH", "1.4.1")),
        new("a commit's count altered", log => Note(log, 1, 4, note => note with { Events = 2 }), (FindingKind.CommitMismatch, "NORTH", "1.4")),
        new("a commit's count emptied", log => Note(log, 1, 4, note => note with { Tenant = null, Events = 0 }), (FindingKind.UnlistedCommits, "NORTH", "1.4")),
        new("a commit's tenant altered", log => Note(log, 1, 4, note => note with { Tenant = new TenantId("EAST") }), null),
        new("a commit removed from the middle", log => log.Commits.RemoveAll(note => note is { Slot: 1, N: 4 }), (FindingKind.UnlistedCommits, null, "1.4")),
        new("a commit without events removed", log => log.Commits.RemoveAll(note => note is { Slot: 2, N: 4 }), (FindingKind.UnlistedCommits, null, "2.4")),
        new("the last commit removed", log => log.Commits.RemoveAll(note => note is { Slot: 2, N: 5 }), (FindingKind.UnlistedCommits, "NORTH", "2.5")),
        new("a commit that cannot be read", log => Note(log, 1, 4, note => new CommitNote(null, note.Slot, note.N, note.At, 0, "tenants")), (FindingKind.Unreadable, null, "1.4")),
        new("an event that cannot be read", Spoil, (FindingKind.Unreadable, "NORTH", "1.4.1")),
        new("a hash of 31 bytes", log => log.Alter("NORTH", "1.4.1", e => e with { Hash = e.Hash[..31] }), (FindingKind.Unreadable, "NORTH", "1.4.1")),
        new("an event put in behind a noted head", log => PutIn(log), (FindingKind.PutInLater, "NORTH", "1.8.0"), UsesHeads: true),
        new("a chain written anew", Rewrite, null, UsesHeads: true),
        new("a hole in a chain written anew", log => { log.Remove("NORTH", "1.4.1"); Relink(log); Note(log, 1, 4, note => note with { Events = 2 }); }, (FindingKind.BrokenOrder, "NORTH", "1.4.2")),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static (FindingKind, string?, string)? Expected(string column) => column switch
    {
        "tenant_id" => (FindingKind.MovedEvent, "SOUTH", "1.4.1"),
        "slot" => (FindingKind.MovedEvent, "NORTH", "2.4.1"),
        "n" => (FindingKind.MovedEvent, "NORTH", "1.5.1"),
        "ordinal" => (FindingKind.MovedEvent, "NORTH", "1.4.6"),
        "hash" => (FindingKind.AlteredHash, "NORTH", "1.4.1"),
        "salt" or "body" => (FindingKind.AlteredBody, "NORTH", "1.4.1"),
        _ => (FindingKind.AlteredEvent, "NORTH", "1.4.1"),
    };

    private static Func<LoggedEvent, LoggedEvent> Alter(string column) => Columns.Single(one => one.Column == column).Alter;

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes)
    {
        byte[] flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        return flipped;
    }

    private static Predicate<LoggedEvent> At(string tenant, int slot, long n) => row => row.TenantId.Value == tenant && row.Position.Slot == slot && row.Position.N == n;

    private static Func<LoggedEvent, LoggedEvent> Split(int at) => e =>
    {
        byte[] both = [.. e.Salt!.Value.Span, .. e.Body!.Value.Span];
        return e with { Salt = both[..at], Body = both[at..] };
    };

    private static void Cut(TestLog log)
    {
        log.Rows.RemoveAll(row => row.Position.Slot == 1 && row.Position.N >= 6);
        log.Commits.RemoveAll(note => note.Slot == 1 && note.N >= 6);
    }

    private static void Exchange(TestLog log, string one, string other)
    {
        int i = log.Find("NORTH", one);
        int j = log.Find("NORTH", other);
        (log.Rows[i], log.Rows[j]) = (log.Rows[i] with { Position = log.Rows[j].Position }, log.Rows[j] with { Position = log.Rows[i].Position });
    }

    private static void ExchangeContents(TestLog log)
    {
        int i = log.Find("NORTH", "1.2.0");
        int j = log.Find("NORTH", "1.4.1");
        (log.Rows[i], log.Rows[j]) = (
            log.Rows[j] with { Position = log.Rows[i].Position, Hash = log.Rows[i].Hash },
            log.Rows[i] with { Position = log.Rows[j].Position, Hash = log.Rows[j].Hash });
    }

    private static void ExchangeBodies(TestLog log)
    {
        int i = log.Find("NORTH", "1.2.0");
        int j = log.Find("NORTH", "1.4.1");
        (log.Rows[i], log.Rows[j]) = (
            log.Rows[i] with { Salt = log.Rows[j].Salt, Body = log.Rows[j].Body },
            log.Rows[j] with { Salt = log.Rows[i].Salt, Body = log.Rows[i].Body });
    }

    private static void Move(TestLog log, string tenant, string position, Func<LoggedEvent, LoggedEvent> to) => log.Alter(tenant, position, to);

    private static void Copy(TestLog log, string position, Func<LoggedEvent, LoggedEvent> to) => log.Rows.Add(to(log.Rows[log.Find("NORTH", position)]));

    private static void Note(TestLog log, int slot, long n, Func<CommitNote, CommitNote> change)
    {
        int at = log.Commits.FindIndex(note => note.Slot == slot && note.N == n && note.Tenant?.Value == "NORTH");
        log.Commits[at] = change(log.Commits[at]);
    }

    private static void Spoil(TestLog log)
    {
        LoggedEvent row = log.Rows[log.Find("NORTH", "1.4.1")];
        log.Remove("NORTH", "1.4.1");
        log.Unreadable.Add((row.TenantId, row.Position, "version"));
    }

    // By someone who knows the format: a link that fits, a commit that is listed, and a time before the head was noted.
    private static void PutIn(TestLog log)
    {
        log.Commit(1, ("NORTH", EventType.StageCompleted, null));
    }

    private static void Restore(TestLog log)
    {
        LoggedEvent row = log.Rows[log.Find("NORTH", "1.2.0")];
        log.Erase("NORTH", row.ExceptionKey!.Value, 2);
        log.Alter("NORTH", "1.2.0", _ => row);
    }

    private static void Rewrite(TestLog log)
    {
        log.Alter("NORTH", "1.4.1", e => e with { ActorId = "agent:Other" });
        Relink(log);
    }

    private static void Relink(TestLog log)
    {
        foreach (LoggedEvent row in log.Rows.Where(row => row.TenantId.Value == "NORTH" && row.Position.Slot == 1).OrderBy(row => row.Position).ToArray())
        {
            log.Rows[log.Rows.IndexOf(row)] = log.Linked(row);
        }
    }
}
