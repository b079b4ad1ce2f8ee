using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <content>What is nobody's: claimed in rounds by tenant, with an attempt counted before anything is decided.</content>
public sealed partial class InboxWorker
{
    /// <summary>Claims and decides, one after the other, until nothing is left that is nobody's and may be decided here: what a command does before its own work.</summary>
    /// <returns>How many were decided.</returns>
    /// <exception cref="ReeveException">The store cannot be reached or written: what was decided before is stored.</exception>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        int decided = 0;
        while (await ClaimAsync(cancellationToken) is { Count: > 0 } claimed)
        {
            for (int i = 0; i < claimed.Count; i++)
            {
                try
                {
                    decided += await ResumeAsync(claimed[i], cancellationToken) == PassEnd.Decided ? 1 : 0;
                }
                catch
                {
                    await TrySetFreeAsync([.. claimed.Skip(i).Select(pass => (pass.TenantId, pass.PassId))]);
                    throw;
                }
            }
        }

        return decided;
    }

    private async Task<bool> ClaimAndDecideAsync(CancellationToken cut)
    {
        IReadOnlyList<InboxPass> claimed = await ClaimAsync(cut);
        for (int i = 0; i < claimed.Count; i++)
        {
            ClaimedPass pass = new(this, claimed[i]) { TenantId = claimed[i].TenantId, PassId = claimed[i].PassId };
            if (!claimed[i].AfterStop)
            {
                Take(pass);
                continue;
            }

            // Alone, so that what stops the process stops it with one attempt counted that is deserved.
            bool isDecided = false;
            try
            {
                isDecided = await DecideAsync(pass, cut);
            }
            finally
            {
                Leave(pass, isDecided);
            }
        }

        return claimed.Count > 0;
    }

    // The lowest pass of the next tenant that has any: alone when its node stopped, else with those behind it that a living node set free.
    private async Task<IReadOnlyList<InboxPass>> ClaimAsync(CancellationToken cancellationToken)
    {
        PassId[] except = PassedOver();
        if (except.Length >= MostPassedOver)
        {
            return []; // another release's work: it is not taken and given back without end
        }

        IReadOnlyList<InboxPass> free = await store.FreeAsync(last, except, ClaimedAtOnce, cancellationToken);
        if (free.Count == 0 && last is not null)
        {
            free = await store.FreeAsync(null, except, ClaimedAtOnce, cancellationToken);
        }

        if (free.Count == 0)
        {
            return [];
        }

        last = free[0].TenantId;
        int count = 1;
        while (!free[0].AfterStop && count < free.Count && !free[count].AfterStop && free[count].TenantId == free[0].TenantId)
        {
            count++;
        }

        IReadOnlyList<InboxPass> claimed = await store.ClaimAsync([.. free.Take(count)], cancellationToken);
        for (int i = 0; i < claimed.Count; i++)
        {
            Lines.Know((claimed[i].TenantId, claimed[i].PassId));
        }

        return claimed;
    }

    private async Task<PassEnd> ResumeAsync(InboxPass claimed, CancellationToken cancellationToken)
    {
        PassEnd end = await finisher.ResumeAsync(claimed, cancellationToken);
        if (end == PassEnd.NotHere)
        {
            PassOver(claimed);
            await store.SetFreeAsync([(claimed.TenantId, claimed.PassId)], cancellationToken);
        }

        Lines.Forget((claimed.TenantId, claimed.PassId));
        return end;
    }

    private void PassOver(InboxPass pass)
    {
        lock (changing)
        {
            TimeSpan left = PassAge.GivenUp - pass.Age;
            passedOver.Add((pass.PassId, runtime.Clock.GetTimestamp() + (long)(Math.Max(left.TotalSeconds, 0) * runtime.Clock.TimestampFrequency)));
        }
    }

    private PassId[] PassedOver()
    {
        lock (changing)
        {
            long now = runtime.Clock.GetTimestamp();
            passedOver.RemoveAll(item => item.Until <= now);
            return [.. passedOver.Select(item => item.Pass)];
        }
    }

    private sealed class ClaimedPass(InboxWorker worker, InboxPass claimed) : ReceivedPass
    {
        protected internal override Task<PassEnd> DecideAsync(CancellationToken cancellationToken) => DecideOrPassOverAsync(cancellationToken);

        private async Task<PassEnd> DecideOrPassOverAsync(CancellationToken cancellationToken)
        {
            PassEnd end = await worker.finisher.ResumeAsync(claimed, cancellationToken);
            if (end == PassEnd.NotHere)
            {
                worker.PassOver(claimed);
            }

            return end;
        }
    }
}

/// <summary>How long a pass waits for a node that may decide it.</summary>
public static class PassAge
{
    /// <summary>One hour; then it ends undecided (PIPE-008).</summary>
    public static readonly TimeSpan GivenUp = TimeSpan.FromHours(1);
}
