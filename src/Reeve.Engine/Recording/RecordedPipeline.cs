using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Imports;
using Reeve.Engine.Inbox;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording.PassEvents;
using Reeve.Engine.Recording.Inputs;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Recording;

/// <summary>
/// The door to the record: raw exceptions in, decisions out, and what is answered is durable. Decides first and commits once
/// where nothing had to be fetched; else commits what was received, then what was decided (design: "Decide first, commit once").
/// Thread-safe.
/// </summary>
public sealed partial class RecordedPipeline : IPassFinisher
{
    /// <summary>
    /// How many items back <see cref="IngestAsync"/> knows repeats by itself, so that a stream of any length takes no more memory than
    /// one of these. Older deliveries and ids are asked of what is stored; a problem whose first item is older is a new one.
    /// </summary>
    public const int Remembered = 16 * 1024;

    private readonly IRuntime runtime;
    private readonly IIdSource ids;
    private readonly PipelineOptions options;
    private readonly ILogger logger;
    private readonly RecordPorts ports;
    private readonly ExceptionPipeline pipeline;
    private readonly bool hasMemory;

    // Ingestion runs that this process has put on record: few, and as long-lived as it.
    private readonly HashSet<RunId> started = [];
    private readonly RepeatWatch repeats = new();
    private readonly Lock starting = new();

    /// <summary>Who decides later what is received; null: everything is decided before it is answered. Set before the first call, by a process that keeps running.</summary>
    public InboxWorker? Worker { get; set; }

    /// <summary>Makes the door with Reeve's agents, or with others in their places.</summary>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="ids">Where keys and passes get their ids; never one that repeats them.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="logger">For faults.</param>
    /// <param name="ports">Where it writes and what it reads.</param>
    /// <param name="hooks">Who watches; none by default.</param>
    /// <param name="evidence">Who answers requests; null: nobody, and nothing is ever fetched.</param>
    /// <param name="agents">One per stage; null: Reeve's own.</param>
    public RecordedPipeline(
        IRuntime runtime, IIdSource ids, PipelineOptions options, ILogger logger, RecordPorts ports,
        IReadOnlyList<IPipelineHook>? hooks = null, IEvidenceSource? evidence = null, IEnumerable<IStageAgent>? agents = null)
    {
        this.runtime = runtime;
        this.ids = ids;
        this.options = options;
        this.logger = logger;
        this.ports = ports;
        hasMemory = evidence is not null;
        pipeline = new ExceptionPipeline(runtime, ids, options, logger, hooks, evidence, agents);
    }

    /// <summary>
    /// Runs an input as <c>reeve run</c> and POST /run do: nothing is suppressed against other runs, and an exceptionId that is
    /// stored already becomes a new one, the given one kept as externalId. Puts the run on the record first.
    /// </summary>
    /// <param name="items">The raw items.</param>
    /// <param name="policy">The packs, bound; those the run names.</param>
    /// <param name="run">The run; its <see cref="Run.AsOf"/> is the time of every stage.</param>
    /// <param name="cancellationToken">Stops between exceptions.</param>
    /// <returns>One result per item, in the order of the input, each after its commit.</returns>
    /// <exception cref="ReeveException">STORE-…: what was yielded before is stored, what was not may be.</exception>
    public IAsyncEnumerable<ExceptionResult> RunAsync(IAsyncEnumerable<RawItem> items, BoundPolicy policy, Run run, CancellationToken cancellationToken) =>
        new InputRun(Work(policy, run, new RunStoredIdentity(ports.Exceptions, ids, policy.TenantId), new InputRoom(ports.Queues, policy.TenantId, mayBeRefused: false), token => StartAsync(run, token)) with { ShowsDecisions = true })
            .ResultsAsync(items, cancellationToken);

    /// <summary>
    /// Ingests items as POST /exceptions does: a delivery that arrived before makes nothing and gives the first one's id, and an
    /// exceptionId that another delivery uses is refused (INTAKE-008). The run is put on the record once.
    /// </summary>
    /// <param name="items">The raw items.</param>
    /// <param name="policy">The active packs, bound.</param>
    /// <param name="run">The ingestion run, the same at each call; see <see cref="RunKind.Ingestion"/>.</param>
    /// <param name="import">The import whose items these are: it is begun before the first of them, and left to the caller to end. Null when what becomes of them need not be found later.</param>
    /// <param name="cancellationToken">Stops between exceptions.</param>
    /// <returns>As <see cref="RunAsync"/>, but with ids, status and errors only: what was decided is on record.</returns>
    /// <exception cref="NoRoomException">INBOX-001: the tenant has as much waiting as it may; only before the first item.</exception>
    /// <exception cref="ReeveException">As <see cref="RunAsync"/>.</exception>
    public IAsyncEnumerable<ExceptionResult> IngestAsync(IAsyncEnumerable<RawItem> items, BoundPolicy policy, Run run, OpenImport? import, CancellationToken cancellationToken)
    {
        InputWork work = IngestWork(policy, run, import, new InputRoom(ports.Queues, policy.TenantId, mayBeRefused: true));
        return new InputRun(work with { Hand = Worker?.Begin(), GivesChunks = true }).ResultsAsync(items, cancellationToken);
    }

    /// <summary>As <see cref="IngestAsync"/>, of a document that was read whole, for which room was reserved before.</summary>
    /// <param name="items">The raw items.</param>
    /// <param name="policy">The active packs, bound.</param>
    /// <param name="run">The ingestion run.</param>
    /// <param name="import">As in <see cref="IngestAsync"/>.</param>
    /// <param name="document">Its room, and where passes go that are decided after the sender was answered.</param>
    /// <param name="cancellationToken">Stops between exceptions.</param>
    /// <returns>As <see cref="IngestAsync"/>.</returns>
    /// <exception cref="ReeveException">As <see cref="RunAsync"/>.</exception>
    public IAsyncEnumerable<ExceptionResult> IngestDocumentAsync(
        IAsyncEnumerable<RawItem> items, BoundPolicy policy, Run run, OpenImport? import, IngestedDocument document, CancellationToken cancellationToken)
    {
        InputWork work = IngestWork(policy, run, import, new InputRoom(ports.Queues, policy.TenantId, mayBeRefused: true, document.Room, document.Bytes));
        return new InputRun(work with { Hand = document.Hand }).ResultsAsync(items, cancellationToken);
    }

    private InputWork IngestWork(BoundPolicy policy, Run run, OpenImport? import, InputRoom room) =>
        Work(policy, run, new IngestedIdentity(ports.Exceptions, ports.Log, ids, policy.TenantId), room, token => StartOnceAsync(run, token)) with
        {
            Remembered = Remembered,
            Import = import is null ? null : new ImportedItems(import),
            ReceivesFirst = ports.ReceivesFirst,
            Modes = ports.Modes,
        };

    private InputWork Work(BoundPolicy policy, Run run, IStoredIdentity identity, InputRoom room, Func<CancellationToken, ValueTask> start) => new()
    {
        Runtime = runtime,
        Ids = ids,
        Workers = options.Workers,
        Pipeline = pipeline,
        Policy = policy,
        Run = OnRecord(run),
        Exceptions = ports.Exceptions,
        Identity = identity,
        Queues = ports.Queues,
        Room = room,
        Repeats = repeats,
        ReceivesFirst = static () => false,
        StartAsync = start,
        Decided = ports.Decided,
    };

    private RecordedRun OnRecord(Run run) => new(ports.Committer, run.Id, run.AsOf, options.Commits) { Clock = runtime.Clock, Inbox = Worker };

    private async ValueTask StartOnceAsync(Run run, CancellationToken cancellationToken)
    {
        lock (starting)
        {
            if (started.Contains(run.Id))
            {
                return;
            }
        }

        await StartAsync(run, cancellationToken);
        lock (starting)
        {
            started.Add(run.Id);
        }
    }

    // A run that is there already was started by a call beside this one.
    private async ValueTask StartAsync(Run run, CancellationToken cancellationToken) => await ports.Committer.CommitAsync(
        [
            new RunAdded(run),
            new Change.Append(new EventDraft
            {
                TenantId = run.TenantId,
                RunId = run.Id,
                Type = EventType.RunStarted,
                Actor = run.StartedBy,
                At = TimeText.ToMicroseconds(run.StartedAt),
                Body = EventBodies.Started(run),
            }),
        ],
        cancellationToken);
}

/// <summary>What a document that was read whole brings with it.</summary>
/// <param name="Room">Its room; given back with the end of the input, also when that is not read to its end.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Hand">Where passes go that are decided later; whoever made it releases it when the sender was answered. Null: all are decided before.</param>
public sealed record IngestedDocument(RoomShare Room, long Bytes, HandOver? Hand);
