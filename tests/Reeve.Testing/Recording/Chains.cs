using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Recording;

/// <summary>
/// Checks every chain of a store from docs/audit-format.md alone: written anew and simply, so that it cannot share a fault with what
/// writes the chains.
/// </summary>
public static class Chains
{
    /// <summary>Checks all chains and what the commits say of them, and returns the events of all.</summary>
    public static async Task<IReadOnlyList<LoggedEvent>> ShouldHoldAsync(IAuditSource source)
    {
        List<LoggedEvent> all = [];
        foreach ((TenantId tenant, int slot) in await source.ChainsAsync(null, CancellationToken.None))
        {
            byte[] previous = new byte[32];
            LoggedEvent? before = null;
            await foreach (AuditRow row in source.RowsAsync(tenant, slot, CancellationToken.None))
            {
                row.Unreadable.ShouldBeNull();
                LoggedEvent item = row.Event.ShouldNotBeNull();
                string place = $"{tenant} {item.Position}";
                bool isSameCommit = before?.Position.N == item.Position.N;
                item.Position.Ordinal.ShouldBe(isSameCommit ? before!.Position.Ordinal + 1 : 0, place);
                (before?.Position.N ?? 0).ShouldBeLessThanOrEqualTo(item.Position.N, place);
                (before?.RecordedAt ?? DateTimeOffset.MinValue).ShouldBeLessThanOrEqualTo(item.RecordedAt, place);
                if (isSameCommit)
                {
                    item.RecordedAt.ShouldBe(before!.RecordedAt, place);
                }

                if (item.Body is { } body)
                {
                    byte[] salted = [.. item.Salt!.Value.Span, .. body.Span];
                    item.Commitment.ToArray().ShouldBe(SHA256.HashData(salted), place);
                }

                previous = Link(previous, item);
                item.Hash.ToArray().ShouldBe(previous, place);
                before = item;
                all.Add(item);
            }
        }

        await ShouldBeCountedAsync(source, all);
        return all;
    }

    private static async Task ShouldBeCountedAsync(IAuditSource source, List<LoggedEvent> all)
    {
        Dictionary<(int Slot, long N, TenantId), int> counted = all.GroupBy(item => (item.Position.Slot, item.Position.N, item.TenantId)).ToDictionary(group => group.Key, group => group.Count());
        Dictionary<int, long> last = [];
        await foreach (CommitNote note in source.CommitsAsync(null, CancellationToken.None))
        {
            note.Unreadable.ShouldBeNull();
            (note.N - last.GetValueOrDefault(note.Slot)).ShouldBeInRange(0, 1, $"commit {note.N} of slot {note.Slot}");
            last[note.Slot] = note.N;
            if (note.Tenant is { } tenant)
            {
                counted.Remove((note.Slot, note.N, tenant), out int events).ShouldBeTrue($"commit {note.N} of slot {note.Slot}");
                note.Events.ShouldBe(events, $"commit {note.N} of slot {note.Slot}");
            }
        }

        counted.ShouldBeEmpty("events whose commit is not listed");
    }

    private static byte[] Link(byte[] previous, LoggedEvent item)
    {
        using MemoryStream digest = new();
        Text(digest, "reeve.event.1");
        Text(digest, item.TenantId.Value);
        Id(digest, item.EventId);
        Text(digest, item.Type.Name);
        Number(digest, item.Version);
        Number(digest, Microseconds(item.OccurredAt));
        Id(digest, item.ExceptionKey?.Value);
        Number(digest, item.RowVersion);
        Id(digest, item.RunId?.Value);
        Id(digest, item.PassId?.Value);
        Text(digest, item.Stage);
        Text(digest, item.ActorKind);
        Text(digest, item.ActorId);
        Field(digest, item.Commitment.ToArray());

        byte[] link = new byte[88];
        previous.CopyTo(link, 0);
        BinaryPrimitives.WriteInt32BigEndian(link.AsSpan(32), item.Position.Slot);
        BinaryPrimitives.WriteInt64BigEndian(link.AsSpan(36), item.Position.N);
        BinaryPrimitives.WriteInt32BigEndian(link.AsSpan(44), item.Position.Ordinal);
        BinaryPrimitives.WriteInt64BigEndian(link.AsSpan(48), Microseconds(item.RecordedAt));
        SHA256.HashData(digest.ToArray()).CopyTo(link, 56);
        return SHA256.HashData(link);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private static void Text(MemoryStream to, string? text) => Field(to, text is null ? null : Encoding.UTF8.GetBytes(text));

    private static void Id(MemoryStream to, Guid? id) => Field(to, id?.ToByteArray(bigEndian: true));

    private static void Number(MemoryStream to, long? number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number ?? 0);
        Field(to, number is null ? null : bytes);
    }

    private static void Field(MemoryStream to, byte[]? bytes)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes?.Length ?? -1);
        to.Write(length);
        to.Write(bytes ?? []);
    }
}
