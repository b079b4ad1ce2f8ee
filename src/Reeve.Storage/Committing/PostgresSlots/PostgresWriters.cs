using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>The slots of a node on PostgreSQL, each with a loop and a connection of its own, and the beat that renews them.</summary>
internal sealed class PostgresWriters : ISlotWriters
{
    private readonly PostgresConnections connections;
    private readonly PostgresSlot[] slots;
    private readonly CommitterOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    internal PostgresWriters(StoreAddress address, OutcomeQueue queue, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, ILogger logger)
    {
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        connections = new PostgresConnections(address, options);
        slots = new PostgresSlot[options.Slots];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = new PostgresSlot(connections, queue, options, seeds, clock, logger);
        }
    }

    public IReadOnlyList<SlotState> Slots => Array.ConvertAll(slots, slot => slot.State);

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        foreach (PostgresSlot slot in slots)
        {
            await slot.TakeAsync(cancellationToken);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource beat = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task beating = Task.Run(() => BeatAsync(beat.Token), CancellationToken.None);
        await Task.WhenAll(Array.ConvertAll(slots, slot => Task.Run(() => slot.RunAsync(stop), CancellationToken.None)));
        await beat.CancelAsync();
        await beating;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PostgresSlot slot in slots)
        {
            await slot.DisposeAsync();
        }

        await connections.DisposeAsync();
    }

    // On a connection of its own: a commit that is stuck behind an earlier attempt must not cost the slot. A slot that turns out to be
    // another's is noticed by its loop at the next commit, which the fence refuses.
    private async Task BeatAsync(CancellationToken stop)
    {
        NpgsqlConnection? connection = null;
        TimeSpan pause = options.Lease / 3;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = options.Lease / 3;
            try
            {
                stop.ThrowIfCancellationRequested();
                connection ??= await connections.OpenAsync(stop);
                foreach (PostgresSlot slot in slots)
                {
                    long asked = clock.GetTimestamp();
                    if (slot.Tenure is { } tenure && await tenure.RenewAsync(connection, options, stop))
                    {
                        slot.Renewed(tenure, asked);
                    }
                }
            }
            catch (Exception fault) when (fault is DbException or IOException or TimeoutException or OperationCanceledException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                if (connection is { } broken)
                {
                    connection = null;
                    await broken.DisposeAsync();
                }

                if (!stop.IsCancellationRequested)
                {
                    // Again soon: a lease has room for a few.
                    Log.RenewalFailed(logger, fault, fault is DbException known ? StoreFaults.Of(known, connections.Address).Error.Code : ErrorCatalogue.Storage.Unavailable.Code);
                    pause = options.Lease / 10;
                }
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
