using System.Buffers.Binary;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>How an outcome is written.</summary>
internal enum OutcomeKind
{
    /// <summary>With others that wait at the same time.</summary>
    Grouped,

    /// <summary>In a transaction of its own, under the roles that see one tenant.</summary>
    Alone,

    /// <summary>No outcome of the product but upkeep of the store: no event, no commit row, fenced all the same.</summary>
    Chore,
}

/// <summary>
/// An outcome that was handed over, with everything that can be made before the commit: ids, salts, digests, the rows' JSON. What is
/// sent again is this same object, so it has the same event ids. Immutable but for its answer.
/// </summary>
internal sealed class Outcome
{
    // Continuations run elsewhere: the writing loop never waits for what a caller does next.
    private readonly TaskCompletionSource<CommitOutcome> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal required OutcomeKind Kind { get; init; }

    /// <summary>The tenant of an outcome of its own.</summary>
    internal TenantId Tenant { get; init; }

    internal PreparedEvent[] Events { get; init; } = [];

    internal RowWrite[] Rows { get; init; } = [];

    internal ExceptionChange.Enqueue[] Enqueued { get; init; } = [];

    internal ExceptionChange.Dequeue[] Dequeued { get; init; } = [];

    internal Run[] Runs { get; init; } = [];

    /// <summary>What the stores contribute.</summary>
    internal StatementCall[] Calls { get; init; } = [];

    /// <summary>Exceptions whose rows its statements remove, so that they are no longer counted.</summary>
    internal ExceptionKey[] Uncounted { get; init; } = [];

    /// <summary>Rows and keys that no other outcome in flight may claim.</summary>
    internal ClaimKey[] Claims { get; init; } = [];

    /// <summary>Rows it needs to be there, claimed by whoever adds them.</summary>
    internal ClaimKey[] Uses { get; init; } = [];

    internal Task<CommitOutcome> Answer => answer.Task;

    internal bool IsAnswered => answer.Task.IsCompleted;

    internal void Become(CommitOutcome outcome) => answer.TrySetResult(outcome);

    internal void Fail(Exception fault) => answer.TrySetException(fault);
}

/// <summary>An event with all that is known of it before the commit: its position, time and hash are not.</summary>
/// <param name="Event">The columns.</param>
/// <param name="Digest">Its digest.</param>
internal sealed record PreparedEvent(LoggedEvent Event, ReadOnlyMemory<byte> Digest);

/// <summary>The row of an exception, to be added or changed.</summary>
/// <param name="Row">As it shall be.</param>
/// <param name="From">The version it leaves; null when it is added.</param>
/// <param name="Json">The column <c>record</c>.</param>
/// <param name="Deliveries">What the delivery that adds or changes it arrived as.</param>
internal sealed record RowWrite(ExceptionRow Row, long? From, byte[] Json, IReadOnlyList<DeliveryKey> Deliveries);

/// <summary>One row or key of one tenant. What the number and the text mean depends on the kind.</summary>
internal readonly record struct ClaimKey(ClaimKind Kind, string Tenant, string Text, UInt128 Number, int Day)
{
    internal static ClaimKey Of(TenantId tenant, ExceptionId id) => new(ClaimKind.Id, tenant.Value, id.Value, 0, 0);

    internal static ClaimKey Of(TenantId tenant, ExceptionKey key) => new(ClaimKind.Key, tenant.Value, "", Number128(key.Value), 0);

    internal static ClaimKey Of(TenantId tenant, DeliveryKey delivery) => new(ClaimKind.Delivery, tenant.Value, "", delivery.Hash, delivery.Day.DayNumber);

    internal static ClaimKey Of(TenantId tenant, PassId pass) => new(ClaimKind.Pass, tenant.Value, "", Number128(pass.Value), 0);

    internal static ClaimKey Of(TenantId tenant, RunId run) => new(ClaimKind.Run, tenant.Value, "", Number128(run.Value), 0);

    /// <summary>What people do in one tenant is done in the order in which it was handed over.</summary>
    internal static ClaimKey OfAlone(TenantId tenant) => new(ClaimKind.Alone, tenant.Value, "", 0, 0);

    private static UInt128 Number128(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>The sixteen bytes of a delivery's hash (docs/decisions/0009).</summary>
internal static class DeliveryBytes
{
    internal static byte[] Of(UInt128 hash)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return bytes;
    }

    internal static UInt128 Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128BigEndian(bytes);
}

/// <summary>What is claimed.</summary>
internal enum ClaimKind
{
    Id,
    Key,
    Delivery,
    Pass,
    Run,
    Alone,
}
