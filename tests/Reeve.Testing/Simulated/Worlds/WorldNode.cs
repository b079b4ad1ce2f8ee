using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Inbox;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Runtime;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.SlotProtocol;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>
/// One life of one node: what <c>StoreSession</c> puts together for a server, over a simulated database. All of it is the product's but what
/// talks to the database, the clock and the scheduler.
/// </summary>
internal sealed class WorldNode
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(700);

    private readonly World world;
    private readonly int place;
    private readonly SimulatedSlotStore store;
    private readonly SimulatedChanges changes = new();
    private readonly TaskCompletionSource ended = new();
    private readonly CancellationTokenSource cut = new();
    private readonly Dictionary<TenantId, Run> runs = [];
    private readonly SimulatedSeeds ids;
    private readonly WorldLog log;
    private int calls;
    private Committer? committer;
    private RecordedPipeline? pipeline;
    private InboxWorker? worker;
    private Task? working;

    internal WorldNode(World world, int place, int life)
    {
        this.world = world;
        this.place = place;
        Name = $"node{place}.{life}";
        Process = world.Scheduler.Process(Name);
        Clock = new SteppedClock(world.Clock);
        ids = new SimulatedSeeds(Name);
        log = new WorldLog(world, Name);
        Queues = new TenantQueues(world.Plan.Queues, Clock);
        store = new SimulatedSlotStore(world.Database, Name, Options, changes, world.Plant.Lacks);
    }

    internal string Name { get; }

    internal SimulatedProcess Process { get; }

    internal SteppedClock Clock { get; }

    internal TenantQueues Queues { get; }

    /// <summary>Completes when this life is over.</summary>
    internal Task Ended => ended.Task;

    /// <summary>Whether it takes calls.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Whether it is being stopped in good order.</summary>
    internal bool IsDraining { get; private set; }

    /// <summary>What goes on in it; null when nothing does.</summary>
    internal string? Unrest => IsDraining ? $"{Name} is being stopped"
        : calls > 0 ? $"{Name} has {calls} calls to answer"
        : Queues.Held != (0, 0) || Queues.LetIn > 0 ? $"{Name} holds room for {Queues.Held.Items} and has let in {Queues.LetIn}"
        : committer!.Waiting.Outcomes > 0 ? $"{Name} has {committer.Waiting.Outcomes} outcomes to write" // not null: it serves
        : null;

    private CommitterOptions Options => new() { Lease = Lease, Slots = world.Plan.Slots, BatchSize = world.Plan.BatchSize };

    /// <summary>Starts it; false when it could not, or died on the way.</summary>
    internal async Task<bool> TryStartAsync()
    {
        Task<bool> starting = Process.RunAsync(StartAsync);
        if (await Task.WhenAny(starting, ended.Task) == ended.Task)
        {
            return false;
        }

        try
        {
            return await starting;
        }
        catch (ReeveException)
        {
            Kill();
            return false;
        }
    }

    /// <summary>Takes a call, as the ingestion routes do: what it yields is what its sender is told, and what it was told counts.</summary>
    internal Task<IReadOnlyList<ExceptionResult>> IngestAsync(PlannedCall call) => Process.RunAsync(() => AnswerAsync(call));

    /// <summary>Ends this life between two steps: what it had in memory is gone, and its connections break.</summary>
    internal void Kill()
    {
        IsOpen = false;
        Process.Kill();
        store.BreakAll();
        ended.TrySetResult();
    }

    /// <summary>Stops it in good order, as <c>StoreSession</c> is closed.</summary>
    internal void BeginDrain()
    {
        if (IsOpen && !IsDraining)
        {
            (IsOpen, IsDraining) = (false, true);
            _ = Process.RunAsync(DrainAsync);
        }
    }

    private async Task<bool> StartAsync()
    {
        committer = await Committer.StartAsync(
            world.Plant.Store(store), [changes], Options, ids, Clock, static loop => loop(), log, CancellationToken.None);
        SimulatedReads reads = new(world.Database, Name, committer, changes);
        IInboxStore inbox = world.Plant.Inbox(new SimulatedInbox(world.Database, reads, committer, committer, changes), () => IsDraining);
        SimulatedRuntime runtime = new(Clock);
        RecordPorts ports = new()
        {
            Committer = world.Plant.Committer(committer, reads),
            Exceptions = reads,
            Runs = reads,
            Log = reads,
            Queues = Queues,
            Packs = FindPacksAsync,
            Inbox = inbox,
            ReceivesFirst = () => committer.Stops.ReceivesFirst(Clock),
        };
        PipelineOptions options = new() { Workers = 2, Commits = world.Plan.Commits };
        pipeline = new RecordedPipeline(
            runtime, ids, options, log, ports, evidence: world.Plan.Asks ? new SlowMemory(world, Clock) : null,
            agents: ExceptionPipeline.DefaultAgents().Select(agent => agent.Stage == Stage.Triage ? new KillingAgent(agent, this) : agent));
        worker = new InboxWorker(inbox, pipeline, Queues, runtime, log);
        pipeline.Worker = worker;
        committer.TookOver += (_, _) => worker.Wake();
        working = worker.RunAsync(cut.Token);
        if (place == world.Plan.ReadBy)
        {
            _ = ReadAsync(reads);
        }

        IsOpen = true;
        return true;
    }

    private async Task<IReadOnlyList<ExceptionResult>> AnswerAsync(PlannedCall call)
    {
        if (!IsOpen)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "It takes no calls."));
        }

        calls++;
        try
        {
            BoundPolicy policy = world.Plan.Tenants[call.Tenant];
            return call.IsDocument ? await DocumentAsync(call, policy) : await StreamAsync(call, policy);
        }
        finally
        {
            calls--;
        }
    }

    private async Task<IReadOnlyList<ExceptionResult>> DocumentAsync(PlannedCall call, BoundPolicy policy)
    {
        long bytes = call.Items.Sum(item => (long)item.Json.Length);
        using RoomShare room = Queues.TryReserve(policy.TenantId, 1, bytes, out TimeSpan retryAfter) ?? throw new NoRoomException(retryAfter);
        HandOver hand = worker!.Begin(); // not null: it serves
        try
        {
            List<ExceptionResult> results = [];
            await foreach (ExceptionResult result in pipeline!.IngestDocumentAsync( // not null: it serves
                ItemsOf(call), policy, RunOf(policy), import: null, new IngestedDocument(room, bytes, hand), CancellationToken.None))
            {
                results.Add(result);
            }

            Acknowledge(call, results);
            await Task.Yield(); // the answer is written
            return results;
        }
        finally
        {
            hand.Release();
        }
    }

    private async Task<IReadOnlyList<ExceptionResult>> StreamAsync(PlannedCall call, BoundPolicy policy)
    {
        List<ExceptionResult> results = [];
        await foreach (ExceptionResult result in pipeline!.IngestAsync(ItemsOf(call), policy, RunOf(policy), import: null, CancellationToken.None)) // not null: it serves
        {
            results.Add(result);
        }

        Acknowledge(call, results);
        return results;
    }

    private void Acknowledge(PlannedCall call, List<ExceptionResult> results)
    {
        if (!Process.IsDead)
        {
            world.Laws.Acknowledged(this, call, results);
        }
    }

    private static async IAsyncEnumerable<RawItem> ItemsOf(PlannedCall call)
    {
        await Task.CompletedTask;
        foreach (PlannedItem item in call.Items)
        {
            yield return new RawItem(item.Json, null);
        }
    }

    private async Task<bool> DrainAsync()
    {
        // Requests under way are served first, for as long as a host waits for them.
        for (int i = 0; i < 20 && calls > 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), Clock);
        }

        worker!.StopClaims(); // not null, as what follows: it served
        worker.Drain();
        try
        {
            await working!.WaitAsync(world.Plant.DrainsWithin, Clock);
        }
        catch (TimeoutException)
        {
            // Here and now: CancelAsync would go through the thread pool.
#pragma warning disable CA1849
            cut.Cancel();
#pragma warning restore CA1849
            await working!;
        }

        await committer!.DisposeAsync();
        Kill();
        return true;
    }

    // Follows the log as whatever depends on it does: what was read is done with before the position moves on.
    private async Task ReadAsync(IReaderStore events)
    {
        LogReader reader = new(events, "follower");
        while (true)
        {
            try
            {
                LogPage page;
                do
                {
                    page = world.Plant.Arrange(await reader.NextAsync(world.Plan.PageSize, CancellationToken.None));
                    world.Laws.WasRead(page);
                    await reader.AdvanceAsync(page, CancellationToken.None);
                }
                while (page.IsCut);
            }
            catch (ReeveException)
            {
                // The store is away, or this node lost its slot: the same page again.
            }

            await Task.Delay(ReadEvery, Clock);
        }
    }

    private Task<BoundPolicy?> FindPacksAsync(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken) =>
        Task.FromResult(world.Plan.Tenants.FirstOrDefault(policy =>
            policy.TenantId == tenant && string.Equals(policy.Domain.ContentHash, domainPack) && string.Equals(policy.Policy.ContentHash, tenantPolicy)));

    private Run RunOf(BoundPolicy policy)
    {
        if (!runs.TryGetValue(policy.TenantId, out Run? run))
        {
            DateTimeOffset now = TimeText.ToMicroseconds(Clock.GetUtcNow());
            runs[policy.TenantId] = run = new Run
            {
                Id = new RunId(ids.Next(now)),
                TenantId = policy.TenantId,
                Kind = RunKind.Ingestion,
                Domain = policy.Domain.Name,
                DomainPack = policy.Domain.ContentHash,
                TenantPolicy = policy.Policy.ContentHash,
                LogicVersion = DecisionDocument.LogicVersion,
                Product = "0.1.0",
                StartedAt = now,
                StartedBy = new Principal(PrincipalKind.Service, "system:server", "reeve", []),
            };
        }

        return run;
    }

    // What outside of the process answers: sometimes late, sometimes not at all.
    private sealed class SlowMemory(World world, TimeProvider clock) : IEvidenceSource
    {
        public async Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(world.Chance.Next(3_000)), clock, CancellationToken.None);
            return world.Chance.Next(8) == 0 ? throw new TimeoutException() : new EvidenceAnswer.Cases([]);
        }
    }

    // What one exception in a few worlds does to the process that decides it.
    private sealed class KillingAgent(IStageAgent real, WorldNode node) : IStageAgent
    {
        public Stage Stage => real.Stage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => real.Ask(message, evidence);

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            if (message.Exception.RawPayload.TryGet(PlannedItem.PoisonMember, out _))
            {
                node.world.Struck();
                node.world.Laws.Killed(node, message.Exception.TenantId, message.Arrival.PassId);
                node.Kill();
            }

            return real.Decide(message, evidence);
        }
    }
}
