using System.Buffers.Binary;
using System.Buffers.Text;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <summary>A page of executions.</summary>
/// <param name="Rows">The newest first.</param>
/// <param name="Cursor">Where the next page begins; null for the last.</param>
public sealed record ExecutionPage(IReadOnlyList<ToolExecution> Rows, string? Cursor);

/// <summary>An execution with what the log keeps of it.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Intended">The event that intended it; null for a read that was awaited. Without a body when it is erased.</param>
/// <param name="Settled">The event that says how it ended; null while it has not.</param>
/// <param name="Answer">What became of it; null while it has not ended.</param>
public sealed record ExecutionDetail(ToolExecution Row, LoggedEvent? Intended, LoggedEvent? Settled, ToolAnswer? Answer);

/// <summary>
/// The door to executions for people: what was called, what nobody knows the end of, and what somebody who looked says of that. Whether the actor may is asked by whoever calls. Thread-safe.
/// </summary>
/// <param name="store">Executions, read.</param>
/// <param name="journal">Their record.</param>
/// <param name="committer">Writes.</param>
/// <param name="clock">The clock.</param>
/// <param name="follows">What follows for whatever waited for the end of a call that a person settles, committed with it; null: nothing does.</param>
public sealed class ExecutionDesk(
    IExecutionStore store, ExecutionJournal journal, ICommitter committer, TimeProvider clock,
    Func<ToolExecution, DateTimeOffset, CancellationToken, Task<IReadOnlyList<Change>>>? follows = null)
{
    // What waits may move at the same moment; then it is looked at again, once.
    private const int Tries = 2;

    /// <summary>The most characters of a note.</summary>
    public const int LongestNote = 2000;

    private const int CursorLength = 8 + 16;

    /// <summary>An execution with its record; null when there is none.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public async Task<ExecutionDetail?> FindAsync(TenantId tenant, ExecutionId id, CancellationToken cancellationToken)
    {
        if ((await store.FindAsync(tenant, id, cancellationToken))?.Row is not { } row)
        {
            return null;
        }

        (LoggedEvent? intended, LoggedEvent? settled) = await journal.EventsAsync(row, cancellationToken);
        return new ExecutionDetail(row, intended, settled, row.IsSettled ? ExecutionEvents.Answer(row, settled) : null);
    }

    /// <summary>A page of executions, the newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="limit">How many at most; at least 1.</param>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ReeveException">REC-005 for a cursor that no page gave; STORE-….</exception>
    public async Task<ExecutionPage> ListAsync(TenantId tenant, ExecutionFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        IReadOnlyList<ToolExecution> rows = await store.ListAsync(tenant, filter, cursor is null ? null : Parse(cursor), limit + 1, cancellationToken);
        return rows.Count <= limit ? new ExecutionPage(rows, null) : new ExecutionPage([.. rows.Take(limit)], Of(rows[limit - 1]));
    }

    /// <summary>
    /// What people may have to look at: everything that is intended and not settled, and what was settled as unknown. After a restore that is all the store does not know the end of.
    /// </summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task<ExecutionPage> ListUnsettledAsync(TenantId tenant, int limit, string? cursor, CancellationToken cancellationToken) =>
        ListAsync(tenant, new ExecutionFilter { IsOpen = true }, limit, cursor, cancellationToken);

    /// <summary>
    /// A person who looked says how an execution ended: one that is unknown, or that nobody makes any more. What it says takes the place of what nobody knew.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="happened">Whether the tool did it.</param>
    /// <param name="note">How that is known; 1 to 2,000 characters.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be settled nevertheless.</param>
    /// <returns>Succeeded, without an output, or failed.</returns>
    /// <exception cref="ReeveException">TOOL-033, TOOL-036, TOOL-037; STORE-….</exception>
    public async Task<ToolAnswer> SettleAsync(TenantId tenant, ExecutionId id, bool happened, string note, Principal actor, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(note) || note.Length > LongestNote)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.BadReason, $"The note is not a text of 1 to {LongestNote} characters.", "note", nextStep: "Say in a sentence how it is known."));
        }

        StoredExecution stored = await store.FindAsync(tenant, id, cancellationToken)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoExecution, $"The tenant has no execution {id}.", id.ToString()));
        SettledFrom from = stored.Row.IsUnknown ? new SettledFrom.Unknown() : stored.IsNobodys ? new SettledFrom.Abandoned() : throw NotOpen(stored.Row);
        ReeveError error = new(ErrorCatalogue.Tools.SaidNotDone, $"{actor.Owner} looked and says that it did not happen.", id.ToString());
        CallEnd end = happened ? new CallEnd.Succeeded(Value.Null, []) : new CallEnd.Failed(error, Happened: false, Value.Null, []);
        ToolExecution ended = stored.Row with
        {
            Status = happened ? ExecutionStatus.Succeeded : ExecutionStatus.Failed,
            IsUnknown = false,
            ErrorCode = happened ? null : error.Code,
            SettledAt = TimeText.ToMicroseconds(clock.GetUtcNow()),
        };
        long? version = (await journal.EventsAsync(ended, cancellationToken)).Intended?.RowVersion;
        bool isCommitted = false;
        for (int i = 0; i < Tries && !isCommitted; i++)
        {
            Change[] changes =
            [
                new ExecutionChange.Settled(ended, from),
                new Change.Append(ExecutionEvents.SettledBy(ended, end, actor, note, version)),
                .. follows is null ? [] : await follows(ended, TimeText.ToMicroseconds(clock.GetUtcNow()), cancellationToken),
            ];
            isCommitted = await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed;
        }

        if (!isCommitted)
        {
            throw NotOpen(ended);
        }

        // What it answered is not known, though it is known that it did.
        return happened ? new ToolAnswer.Succeeded(Value.Null, ended) { IsExact = false } : new ToolAnswer.Failed(error, Happened: false, ended);
    }

    private static ReeveException NotOpen(ToolExecution row) => new(new ReeveError(
        ErrorCatalogue.Tools.NotUnknown, row.IsSettled ? $"The execution {row.Id} has ended otherwise." : $"The execution {row.Id} is under way, or may be.", row.Id.ToString()));

    private static string Of(ToolExecution last)
    {
        Span<byte> bytes = stackalloc byte[CursorLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, last.RequestedAt.UtcTicks);
        last.Id.Value.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static ExecutionPlace Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[CursorLength];
        return text.Length == Base64Url.GetEncodedLength(CursorLength) && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == CursorLength
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is var ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new ExecutionPlace(new DateTimeOffset(ticks, TimeSpan.Zero), new ExecutionId(new Guid(bytes[8..], bigEndian: true)))
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of a list of executions.", "cursor"));
    }
}
