using System.Buffers.Binary;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;

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

/// <summary>Where an outcome stands in the queue.</summary>
internal enum OutcomeState
{
    /// <summary>It can go when its tenant's turn comes.</summary>
    Ready,

    /// <summary>It waits for others.</summary>
    Held,

    /// <summary>It is being written.</summary>
    InFlight,

    /// <summary>It was written or taken away.</summary>
    Gone,
}

/// <summary>
/// An outcome that was handed over, with everything that can be made before the commit: ids, salts, digests, the rows' JSON. What is
/// sent again is this same object, so it has the same event ids. Immutable but for its answer and its place in the queue.
/// </summary>
internal sealed class Outcome
{
    // Continuations run elsewhere: the writing loop never waits for what a caller does next.
    private readonly TaskCompletionSource<CommitOutcome> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal required OutcomeKind Kind { get; init; }

    /// <summary>Whose it is; a chore is nobody's, and its tenant is not set.</summary>
    internal TenantId Tenant { get; init; }

    /// <summary>What it takes of the memory, roughly: its bodies, its rows, and what holds them.</summary>
    internal int Bytes { get; init; }

    internal PreparedEvent[] Events { get; init; } = [];

    internal RowWrite[] Rows { get; init; } = [];

    internal ExceptionChange.Enqueue[] Enqueued { get; init; } = [];

    internal ExceptionChange.Dequeue[] Dequeued { get; init; } = [];

    internal Run[] Runs { get; init; } = [];

    /// <summary>Imports that begin, are taken up or end.</summary>
    internal ImportChange[] Imports { get; init; } = [];

    /// <summary>What became of items of imports.</summary>
    internal ImportChange.ItemAdded[] Items { get; init; } = [];

    /// <summary>Executions of tools that are intended, gone on with, let go of or settled.</summary>
    internal ExecutionChange[] Executions { get; init; } = [];

    /// <summary>Runs of playbooks that begin or move on.</summary>
    internal PlaybookRunChange[] PlaybookRuns { get; init; } = [];

    /// <summary>Runs of playbooks that end because another pass decides now.</summary>
    internal PlaybookRunsSuperseded[] Superseded { get; init; } = [];

    /// <summary>What became of parts of their plans.</summary>
    internal PartChange[] Parts { get; init; } = [];

    /// <summary>What the stores contribute.</summary>
    internal StatementCall[] Calls { get; init; } = [];

    /// <summary>Exceptions whose rows its statements remove, so that they are no longer counted.</summary>
    internal ExceptionKey[] Uncounted { get; init; } = [];

    /// <summary>Rows and keys that no other outcome in flight may claim.</summary>
    internal ClaimKey[] Claims { get; init; } = [];

    /// <summary>Rows it needs to be there, claimed by whoever adds them.</summary>
    internal ClaimKey[] Uses { get; init; } = [];

    /// <summary>What it changes of what nodes hold in memory.</summary>
    internal Signals Signals { get; init; }

    /// <summary>Its place in the order in which outcomes were handed over. This and what follows belong to the queue.</summary>
    internal long Place { get; set; }

    internal OutcomeState State { get; set; }

    /// <summary>How many must leave before it can go.</summary>
    internal int WaitsFor { get; set; }

    /// <summary>Those that wait for it.</summary>
    internal List<Outcome>? Followers { get; set; }

    /// <summary>With whom it uses each of <see cref="Uses"/>.</summary>
    internal UserGroup[] UsedWith { get; set; } = [];

    internal Task<CommitOutcome> Answer => answer.Task;

    internal bool IsAnswered => answer.Task.IsCompleted;

    internal void Become(CommitOutcome outcome) => answer.TrySetResult(outcome);

    internal void Fail(Exception fault) => answer.TrySetException(fault);

    /// <summary>The words of a commit of these outcomes; null for none, as nearly always.</summary>
    internal static string? SignalsOf(List<Outcome> outcomes)
    {
        Signals signals = Signals.None;
        foreach (Outcome outcome in outcomes)
        {
            signals |= outcome.Signals;
        }

        return SignalWords.Write(signals);
    }
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
internal sealed record RowWrite(ExceptionRow Row, long? From, byte[] Json, IReadOnlyList<DeliveryKey> Deliveries)
{
    /// <summary>What the row keeps of the delivery that adds it, so that erasure finds it; null when it has none.</summary>
    internal DeliveryKey? First => From is null && Deliveries.Count > 0 ? Deliveries[0] : null;

    /// <summary>Whether a delivery is not found by the row: it is not the first, nor that under the day after.</summary>
    internal bool IsFurther(DeliveryKey delivery) =>
        First is not { } first || delivery.Hash != first.Hash || delivery.Day.DayNumber - first.Day.DayNumber is not (0 or 1);
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
