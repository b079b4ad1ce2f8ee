using System.Buffers;
using System.Buffers.Binary;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit.Verification;

/// <summary>
/// Lays erased bodies beside the erasures that name them, for one tenant: the two may stand in different chains. Some 100
/// bytes per erased event are kept until the tenant's chains are read.
/// </summary>
internal sealed class ErasureLedger(TenantId tenant, FindingList findings)
{
    private readonly Dictionary<Key, DateTimeOffset> named = [];
    private readonly HashSet<Key> unmet = [];
    private readonly BodyCheck bodies = new();
    private readonly List<(Key Event, DateTimeOffset RecordedAt)> empty = [];

    /// <summary>How many bodies are gone and named.</summary>
    internal long Erased { get; private set; }

    /// <summary>An event that is read the first time.</summary>
    internal void Read(LoggedEvent e, BodyState body)
    {
        if (body == BodyState.Empty && e.Type == EventType.BodiesErased)
        {
            findings.Add(new AuditFinding(FindingKind.MissingBody, tenant, e.Position, "It is an erasure, whose own body is never erased, and its body is missing."));
        }
        else if (body == BodyState.Empty)
        {
            empty.Add((Key.Of(e), e.RecordedAt));
        }
        else if (body == BodyState.Fits && e.Type == EventType.BodiesErased)
        {
            // Not null: the body fits its commitment.
            Name(e.Body!.Value, e.RecordedAt);
        }
    }

    /// <summary>
    /// The tenant's chains are read. What is not in order yet is looked at again, since an erasure may have been committed
    /// between the reading of one chain and of another.
    /// </summary>
    internal async Task SettleAsync(Func<IAsyncEnumerable<AuditRow>> readAgain)
    {
        foreach ((Key erased, _) in empty)
        {
            unmet.Remove(erased);
        }

        if (unmet.Count > 0 || empty.Exists(one => !IsExcused(one.Event, one.RecordedAt)))
        {
            await foreach (AuditRow row in readAgain())
            {
                if (row.Event is { Hash.Length: EventHash.Length } e)
                {
                    ReadAgain(e);
                }
            }
        }

        foreach ((Key erased, DateTimeOffset recordedAt) in empty)
        {
            if (IsExcused(erased, recordedAt))
            {
                Erased++;
            }
            else
            {
                findings.Add(new AuditFinding(FindingKind.MissingBody, tenant, erased.Position, "Its body is gone, and no erasure names it."));
            }
        }
    }

    private void ReadAgain(LoggedEvent e)
    {
        if (bodies.Of(e, out _) != BodyState.Fits)
        {
            return;
        }

        if (e.Type == EventType.BodiesErased)
        {
            Name(e.Body!.Value, e.RecordedAt); // not null: the body fits its commitment
        }

        if (unmet.Contains(Key.Of(e)))
        {
            findings.Add(new AuditFinding(
                FindingKind.BodyNotErased, tenant, e.Position, "Its body is there, although an erasure names it: a backup was restored, or the erasure was not carried out."));
        }
    }

    private void Name(ReadOnlyMemory<byte> body, DateTimeOffset at)
    {
        foreach (ErasedName name in ErasureBody.Read(body))
        {
            Key key = Key.Of(name);
            unmet.Add(key);
            if (!named.TryGetValue(key, out DateTimeOffset known) || known < at)
            {
                named[key] = at;
            }
        }
    }

    private bool IsExcused(Key erased, DateTimeOffset recordedAt) => named.TryGetValue(erased, out DateTimeOffset at) && at >= recordedAt;

    private readonly record struct Key(EventPosition Position, Guid EventId, UInt128 HashBegin, UInt128 HashEnd)
    {
        internal static Key Of(LoggedEvent e) => Of(e.Position, e.EventId, e.Hash.Span);

        // A hash that is not one names no event: zeros are not the hash of anything.
        internal static Key Of(ErasedName name)
        {
            Span<byte> hash = stackalloc byte[EventHash.Length];
            bool isHash = name.Hash.Length == 2 * EventHash.Length && !name.Hash.Any(char.IsAsciiLetterUpper)
                && Convert.FromHexString(name.Hash, hash, out _, out _) == OperationStatus.Done;
            return Of(name.Position, name.EventId, isHash ? hash : new byte[EventHash.Length]);
        }

        private static Key Of(EventPosition position, Guid id, ReadOnlySpan<byte> hash) => new(
            position, id, BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
