using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Audit;

/// <summary>
/// The door to handing a log out, as docs/audit-format.md says, so that it can be checked and kept elsewhere. What is harmed is
/// handed out as it is. Nothing of the log is held in memory. Thread-safe; the log may be written to meanwhile: the export
/// then holds each chain up to some moment, and of the list of commits what goes with that. Only an erasure that is carried
/// out at the same time can leave a body in it that is named as erased, or the other way round, and a month that is removed meanwhile can
/// leave a hole in it: then export again. While others write, it takes a fifth of the time of one thread: nobody who waits for exceptions shall feel it.
/// </summary>
/// <param name="source">The log.</param>
/// <param name="clock">The clock.</param>
/// <param name="othersWrite">Whether somebody writes to the store at the moment; null: nobody does.</param>
public sealed class AuditExport(IAuditSource source, TimeProvider clock, Func<bool>? othersWrite = null)
{
    /// <summary>Writes an export.</summary>
    /// <param name="output">Where to; it is flushed at the end and stays open.</param>
    /// <param name="request">What.</param>
    /// <param name="cancellationToken">Gives up; what is written by then is no whole export, and shows it.</param>
    /// <returns>The heads it ends with.</returns>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: the store cannot be read.</exception>
    public async Task<IReadOnlyList<ChainHead>> WriteAsync(Stream output, ExportRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset notedAt = TimeText.ToMicroseconds(now - source.LongestCommit);
        using AuditLines lines = new(output);
        lines.Header(now, request);

        // The list of commits is read twice. Commits that are in the first list have all their events in the export; of later
        // ones, only what was met is told.
        Reached reached = new();
        await foreach (CommitNote note in source.CommitsAsync(request.Tenant, cancellationToken))
        {
            reached.List(note);
        }

        Pace pace = new(clock, othersWrite ?? (static () => false));
        List<ChainHead> heads = [];
        ChainStarts starts = await ChainStarts.ReadAsync(source, request.Tenant, cancellationToken);
        IReadOnlyList<(TenantId Tenant, int Slot)> there = await source.ChainsAsync(request.Tenant, cancellationToken);
        foreach (ChainStart start in starts.OfOthers(there))
        {
            lines.Start(start);
        }

        foreach ((TenantId tenant, int slot) in there)
        {
            if (starts.Of(tenant, slot) is { } start)
            {
                lines.Start(start);
            }

            ChainHead? head = null;
            await foreach (AuditRow row in ChainRows.ReadAsync(source, tenant, slot, cancellationToken))
            {
                lines.Row(tenant, row, request.WithBodies);
                await lines.PassOnAsync(cancellationToken);
                await pace.RowAsync(cancellationToken);
                reached.Meet(tenant, row.Position);
                head = row.Event is { } e ? new ChainHead(tenant, e.Position, e.Hash, (head?.Events ?? 0) + 1, notedAt) : head;
            }

            if (head is not null)
            {
                heads.Add(head);
            }
        }

        await foreach (CommitNote note in source.CommitsAsync(request.Tenant, cancellationToken))
        {
            if (reached.Told(note) is { } told && (told.Tenant is not null || told.Unreadable is not null || request.Tenant is null))
            {
                lines.Commit(told);
                await lines.PassOnAsync(cancellationToken);
            }
        }

        heads.ForEach(lines.Head);
        await lines.FinishAsync(cancellationToken);
        return heads;
    }

    /// <summary>Rests four times as long as it worked, while others write.</summary>
    private sealed class Pace(TimeProvider clock, Func<bool> othersWrite)
    {
        private const int RowsAtOnce = 64;
        private const int RestsToWork = 4;

        private long began = clock.GetTimestamp();
        private int rows;

        internal async ValueTask RowAsync(CancellationToken cancellationToken)
        {
            if (++rows % RowsAtOnce != 0)
            {
                return;
            }

            if (othersWrite())
            {
                await Task.Delay(clock.GetElapsedTime(began) * RestsToWork, clock, cancellationToken);
            }

            began = clock.GetTimestamp();
        }
    }

    /// <summary>Which commits an export holds.</summary>
    private sealed class Reached
    {
        private readonly Dictionary<int, long> listed = [];
        private readonly Dictionary<int, long> last = [];
        private readonly HashSet<(TenantId, int, long)> later = [];

        internal void List(CommitNote note) => listed[note.Slot] = Math.Max(listed.GetValueOrDefault(note.Slot), note.N);

        internal void Meet(TenantId tenant, EventPosition position)
        {
            if (position.N > listed.GetValueOrDefault(position.Slot))
            {
                later.Add((tenant, position.Slot, position.N));
                last[position.Slot] = Math.Max(last.GetValueOrDefault(position.Slot), position.N);
            }
        }

        /// <summary>What to tell of a commit: all of it, only that it was made, or (null) nothing.</summary>
        internal CommitNote? Told(CommitNote note) =>
            note.N <= listed.GetValueOrDefault(note.Slot) || (note.Tenant is { } tenant && later.Contains((tenant, note.Slot, note.N))) ? note
            : note.N <= last.GetValueOrDefault(note.Slot) ? note with { Tenant = null, Events = 0 }
            : null;
    }
}

/// <summary>What to export.</summary>
public sealed record ExportRequest
{
    /// <summary>Whose log; null: everybody's.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>Whether salts and bodies are in it. Bodies hold payloads.</summary>
    public bool WithBodies { get; init; } = true;

    /// <summary>What wrote it: name and version.</summary>
    public required string Product { get; init; }
}
