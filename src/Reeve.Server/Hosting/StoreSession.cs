using Reeve.Core.Ports;
using Reeve.Engine.Agents;
using Reeve.Engine.Approvals;
using Reeve.Engine.Approvals.Asking;
using Reeve.Engine.HotReload;
using Reeve.Engine.Imports;
using Reeve.Engine.Inbox;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;
using Reeve.Engine.Schedules;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Requests;
using Reeve.Engine.Tools.Switches;
using Reeve.Governance.Audit;
using Reeve.Governance.Encryption;
using Reeve.Governance.Holds;
using Reeve.Governance.Identity;
using Reeve.Governance.Secrets;
using Reeve.Governance.Tenants;
using Reeve.Operations.Metrics;
using Reeve.Server.Upkeeping;
using Reeve.Storage.Backups;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.ImportRows;
using Reeve.Storage.Locks;
using Reeve.Storage.Migrations;

namespace Reeve.Server.Hosting;

/// <summary>
/// An open store with every door on it: what a server and a command have in common. All wiring is here, and nothing else.
/// Closing it gives its slots and its lock back.
/// </summary>
public sealed partial class StoreSession : IAsyncDisposable
{
    private readonly Opened opened;
    private readonly SealedDesk? unsealed;

    private StoreSession(Opened opened, SealedDesk? unsealed)
    {
        this.opened = opened;
        this.unsealed = unsealed;
    }

    /// <summary>The store.</summary>
    public required Database Database { get; init; }

    /// <summary>The right to the file; null on PostgreSQL.</summary>
    public StoreLock? Lock { get; init; }

    /// <summary>What opening a file did to its schema; null on PostgreSQL, which is migrated by its owner.</summary>
    public MigrationReport? Migrated { get; init; }

    /// <summary>The way to write.</summary>
    public required ICommitter Committer { get; init; }

    /// <summary>Whether others write at the moment: whoever reads much for its own sake lets them go first.</summary>
    public required Func<bool> OthersWrite { get; init; }

    /// <summary>This process's writing slots, for health.</summary>
    public required ISlotHolder Slots { get; init; }

    /// <summary>The log.</summary>
    public required IEventLog Log { get; init; }

    /// <summary>The log as whoever checks it sees it.</summary>
    public required IAuditSource Audit { get; init; }

    /// <summary>Erasure.</summary>
    public required ErasureDesk Erasures { get; init; }

    /// <summary>What stops effects.</summary>
    public required HoldDesk Holds { get; init; }

    /// <summary>Secrets that people enter and tools are given. Without the master key (<see cref="StoreSessionOptions.NeedsMasterKey"/>) those in the store are not there.</summary>
    public required SecretDesk Secrets { get; init; }

    /// <summary>How far each tenant's automation goes.</summary>
    public required TenantModes Modes { get; init; }

    /// <summary>When the store was restored.</summary>
    public required IRestorations Restorations { get; init; }

    /// <summary>The record of tool calls.</summary>
    public required ExecutionJournal Calls { get; init; }

    /// <summary>Executions of tools, read.</summary>
    public required IExecutionStore ExecutionRows { get; init; }

    /// <summary>Executions of tools, for people.</summary>
    public required ExecutionDesk Executions { get; init; }

    /// <summary>The one way to call a tool.</summary>
    public required IToolGate Gate { get; init; }

    /// <summary>Which tools are switched off.</summary>
    public required ToolSwitches ToolSwitches { get; init; }

    /// <summary>Breakers of tools, read.</summary>
    public required IBreakerStore BreakerRows { get; init; }

    /// <summary>Approvals.</summary>
    public required ApprovalDesk Approvals { get; init; }

    /// <summary>Approvals, found.</summary>
    public required ApprovalSearch ApprovalSearch { get; init; }

    /// <summary>Approvals of single calls, asked for.</summary>
    public required SubmissionDesk Submissions { get; init; }

    /// <summary>Plans that run, for people.</summary>
    public required RunDesk PlaybookDesk { get; init; }

    /// <summary>Runs of playbooks, read.</summary>
    public required IPlaybookRunStore PlaybookRuns { get; init; }

    /// <summary>Backups.</summary>
    public required StoreBackup Backups { get; init; }

    /// <summary>Figures of tenants.</summary>
    public required MetricsDesk Metrics { get; init; }

    /// <summary>Exceptions, read.</summary>
    public required IExceptionStore Exceptions { get; init; }

    /// <summary>Runs, read.</summary>
    public required IRunStore Runs { get; init; }

    /// <summary>Tenants.</summary>
    public required TenantDesk Tenants { get; init; }

    /// <summary>API keys.</summary>
    public required KeyDesk Keys { get; init; }

    /// <summary>Sealed values: of a session that was opened with the master key (<see cref="StoreSessionOptions.NeedsMasterKey"/>).</summary>
    public SealedDesk Sealed => unsealed ?? throw new InvalidOperationException("The session was opened without the master key.");

    /// <summary>Whether it was opened with the master key.</summary>
    public bool HasMasterKey => unsealed is not null;

    /// <summary>Tools: which there are, calls of them, and what became of those.</summary>
    public required ToolDesk Tools { get; init; }

    /// <summary>Packs in their versions.</summary>
    public required PackRegistry Packs { get; init; }

    /// <summary>What is done at certain times.</summary>
    public required ScheduleDesk Schedules { get; init; }

    /// <summary>What runs it.</summary>
    internal ScheduleRunner ScheduleRunner { get; init; } = null!; // set where the session is made

    /// <summary>Has the product's own schedules set, for a process that runs them.</summary>
    public Task SetSchedulesAsync(CancellationToken cancellationToken) => Schedules.EnsureAsync(Upkeep.Usual, Upkeep.Actor, cancellationToken);

    /// <summary>How often packs are used.</summary>
    public required PackUse PackUse { get; init; }

    /// <summary>Whether this node watches a folder of packs that others may watch, too.</summary>
    public required IWatchTurn WatchTurn { get; init; }

    /// <summary>The gate that everything passes before it is decided.</summary>
    public required TenantQueues Queues { get; init; }

    /// <summary>Who decides what was received; null in a process that decides everything before it answers (<see cref="StoreSessionOptions.RunsInbox"/>).</summary>
    public InboxWorker? Inbox { get; init; }

    /// <summary>Where generated ids come from.</summary>
    public required IIdSource Ids { get; init; }

    /// <summary>Exceptions with their history.</summary>
    public required CaseHistory History { get; init; }

    /// <summary>The pipeline on the record.</summary>
    public required RecordedPipeline Pipeline { get; init; }

    /// <summary>Imports.</summary>
    public required ImportDesk Imports { get; init; }

    /// <summary>Replay.</summary>
    public required ReplayDesk Replay { get; init; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => opened.DisposeAsync();
}

/// <summary>How a store is opened.</summary>
public sealed record StoreSessionOptions
{
    /// <summary>
    /// Whether sealed values are used, as a server does: then the master key must be the one this store was sealed with. A command
    /// uses none, and needs no key.
    /// </summary>
    public bool NeedsMasterKey { get; init; }

    /// <summary>A file with the 32 bytes of the master key (raw, hex or base64); null: made beside a SQLite file at its first start, refused on PostgreSQL.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>Where secrets of tools come from beside the store.</summary>
    public SecretPlaces Secrets { get; init; } = new();

    /// <summary>How long a slot is held without renewal; 30 s, at least 3 s.</summary>
    public TimeSpan SlotLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many exceptions are decided at once.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Whether what was received is decided in the background, as a server does: then ingestion may be answered before. Else what an earlier process left is
    /// decided before the session is open, and everything new before it is answered.
    /// </summary>
    public bool RunsInbox { get; init; }

    /// <summary>
    /// Whether what was received and not decided is left to others: for what must be done first, such as a hold, or has nothing to do with it.
    /// </summary>
    public bool LeavesInbox { get; init; }

    /// <summary>How long closing may take to decide what was received; 5 s. The rest is set free.</summary>
    public TimeSpan DrainsWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What tools may reach, and how many calls may be under way.</summary>
    public ToolReach Tools { get; init; } = new();

    /// <summary>What is kept in memory of packs.</summary>
    public PackCacheOptions PackCache { get; init; } = new();

    /// <summary>How much may wait to be decided.</summary>
    public QueueLimits Queues { get; init; } = new();

    /// <summary>How often a pass is committed; stage by stage for comparison with engines that do so.</summary>
    public CommitMode Commits { get; init; } = CommitMode.Once;

    /// <summary>Who decides, one agent per stage; null: Reeve's own. For hosts that see what becomes of an agent that fails.</summary>
    public IReadOnlyList<IStageAgent>? Agents { get; init; }

    /// <summary>How tools are reached; null: as Reeve does. For hosts that reach them otherwise.</summary>
    public IReadOnlyList<IToolKind>? ToolKinds { get; init; }

    /// <summary>Whether a role that could bypass row-level security is accepted (development only).</summary>
    public bool AcceptsUnsafeRole { get; init; }

    /// <summary>Whether a file is read once to see that it is sound: for a process that will use it for long.</summary>
    public bool ChecksFile { get; init; }

    /// <summary>The address at which this process can be reached on this machine; written into the lock file. Null for a command, and while it does not listen yet.</summary>
    public Uri? LocalUrl { get; init; }

    /// <summary>How long closing may take to finish what was accepted; 20 s.</summary>
    public TimeSpan CloseWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
