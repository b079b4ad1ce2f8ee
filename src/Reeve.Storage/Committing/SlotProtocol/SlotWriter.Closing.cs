namespace Reeve.Storage.Committing.SlotProtocol;

/// <content>How it ends.</content>
internal sealed partial class SlotWriter
{
    /// <summary>Answers what is being written, which is not waited for any more, and leaves the slot to expire: its loop still has the connection.</summary>
    internal void Abandon()
    {
        isAbandoned = true;
        Refuse(writing, Unknown(fault: null));
    }

    /// <summary>Gives the slot back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isAbandoned)
        {
            return;
        }

        Task giving = GiveBackAsync();
        try
        {
            await giving.WaitAsync(options.GiveBackWithin, clock);
        }
        catch (TimeoutException late)
        {
            // The store does not answer, and the process is about to end.
            Log.SlotKept(logger, late, tenure?.Slot ?? 0);
        }
    }

    private async Task GiveBackAsync()
    {
        if (tenure is { } held)
        {
            try
            {
                using CancellationTokenSource limit = new(options.GiveBackWithin, clock);
                connection ??= await store.OpenAsync(limit.Token);
                await connection.GiveBackAsync(held, limit.Token);
            }
            catch (Exception fault) when (fault is InvalidOperationException || store.Judge(fault) is not null)
            {
                Log.SlotKept(logger, fault, held.Slot);
            }
        }

        tenure = null;
        await DropAsync();
    }
}
