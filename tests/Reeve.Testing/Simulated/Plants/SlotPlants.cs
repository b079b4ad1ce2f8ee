using System.Runtime.CompilerServices;
using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SlotProtocol;

namespace Reeve.Testing.Simulated.Plants;

/// <summary>Nothing keeps an owner that was replaced from writing.</summary>
internal sealed class NoFence() : Plant("no-fence", "Commits under the slot's next number, whoever's the slot is.")
{
    internal override SimulatedLack Lacks => SimulatedLack.Fence;
}

/// <summary>What became of a commit whose answer was lost is not asked.</summary>
internal sealed class RetryUnasked() : Plant("retry-unasked", "Sends what may be in as a new commit, without asking what became of the first.")
{
    internal override ISlotStore Store(ISlotStore real) => new PlantedStore(real) { Seen = sight => sight with { CommitWriter = sight.CommitWriter is null ? null : Guid.Empty, Events = [] } };
}

/// <summary>The heads of chains are kept when the slot changes.</summary>
internal sealed class KeptHeads() : Plant("kept-heads", "Keeps the heads of chains in memory across a take-over.")
{
    internal override ISlotStore Store(ISlotStore real)
    {
        ConditionalWeakTable<SlotMemory, SlotMemory> kept = [];
        return new PlantedStore(real) { Remembered = memory => kept.GetValue(memory, static _ => new SlotMemory()) };
    }
}

/// <summary>A store that is the real one, but for what is planted in it.</summary>
internal sealed class PlantedStore(ISlotStore real) : ISlotStore
{
    public string Name => real.Name;

    /// <summary>What a look at an unknown commit is said to have seen.</summary>
    internal Func<SlotSight, SlotSight> Seen { get; init; } = static sight => sight;

    /// <summary>In which memory an attempt looks; null: in its own.</summary>
    internal Func<SlotMemory, SlotMemory>? Remembered { get; init; }

    public async Task<ISlotConnection> OpenAsync(CancellationToken cancellationToken) => new Connection(this, await real.OpenAsync(cancellationToken));

    public SlotFault? Judge(Exception fault) => real.Judge(fault);

    public ValueTask DisposeAsync() => real.DisposeAsync();

    private sealed class Connection(PlantedStore store, ISlotConnection real) : ISlotConnection
    {
        public Task<SlotTaken> TakeAsync(SlotHolder holder, SlotTenure? again, CancellationToken cancellationToken) => real.TakeAsync(holder, again, cancellationToken);

        public Task<IReadOnlyList<SlotSighting>> ListAsync(CancellationToken cancellationToken) => real.ListAsync(cancellationToken);

        public Task<bool> BuryAsync(SlotHolder holder, SlotSighting dead, CancellationToken cancellationToken) => real.BuryAsync(holder, dead, cancellationToken);

        public ISlotAttempt Attempt(SlotTenure held, long n) => new PlantedAttempt(store, real.Attempt(held, n));

        public Task RollBackAsync(CancellationToken cancellationToken) => real.RollBackAsync(cancellationToken);

        public async Task<SlotSight> LookAsync(SlotTenure held, long n, string[] tenants, CancellationToken cancellationToken) =>
            store.Seen(await real.LookAsync(held, n, tenants, cancellationToken));

        public Task AddMonthsAsync(CancellationToken cancellationToken) => real.AddMonthsAsync(cancellationToken);

        public Task<bool> RenewAsync(SlotTenure held, CancellationToken cancellationToken) => real.RenewAsync(held, cancellationToken);

        public Task<bool> GiveBackAsync(SlotTenure held, CancellationToken cancellationToken) => real.GiveBackAsync(held, cancellationToken);

        public ValueTask DisposeAsync() => real.DisposeAsync();
    }

    private sealed class PlantedAttempt(PlantedStore store, ISlotAttempt real) : ISlotAttempt
    {
        public bool CommitSent => real.CommitSent;

        public async Task<AttemptEnd> RunAsync(List<Outcome> outcomes, SlotMemory memory, CancellationToken cancellationToken)
        {
            SlotMemory used = store.Remembered?.Invoke(memory) ?? memory;
            try
            {
                return await real.RunAsync(outcomes, used, cancellationToken);
            }
            catch
            {
                used.Forget();
                throw;
            }
        }

        public Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken) => real.RunChoreAsync(chore, cancellationToken);
    }
}
