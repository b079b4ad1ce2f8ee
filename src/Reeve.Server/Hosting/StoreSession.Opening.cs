using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Approvals.Asking;
using Reeve.Engine.Imports;
using Reeve.Engine.Inbox;
using Reeve.Engine.PackVersions;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Recording.Standings;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;
using Reeve.Engine.Schedules;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Gating;
using Reeve.Engine.Tools.Requests;
using Reeve.Engine.Tools.Switches;
using Reeve.Governance.Audit;
using Reeve.Governance.Encryption;
using Reeve.Governance.Holds;
using Reeve.Governance.Identity;
using Reeve.Governance.Retention;
using Reeve.Governance.Secrets;
using Reeve.Governance.Tenants;
using Reeve.Operations.Metrics;
using Reeve.Server.Upkeeping;
using Reeve.Storage.ApprovalRows;
using Reeve.Storage.Backups;
using Reeve.Storage.Cases;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.ImportRows;
using Reeve.Storage.Ledger;
using Reeve.Storage.Locks;
using Reeve.Storage.Migrations;
using Reeve.Storage.Probes;
using Reeve.Storage.Settings;
using Reeve.Storage.Signalling;
using Reeve.Storage.Timetables;
using Reeve.Storage.ToolRows;

namespace Reeve.Server.Hosting;

/// <content>How a store is opened: all wiring of the product.</content>
public sealed partial class StoreSession
{
    private const string KeyFileSuffix = ".key";

    /// <summary>
    /// Opens a store: takes a file's lock and brings it to this release's schema; checks a database's schema and role; takes
    /// slots, makes the doors, and finishes what an earlier process received and did not decide.
    /// </summary>
    /// <exception cref="ReeveException">STORE-…, SEAL-…; CFG-001 when PostgreSQL has no master key.</exception>
    public static async Task<StoreSession> OpenAsync(StoreAddress address, StoreSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        Opened opened = new();
        try
        {
            StoreSession session = await OpenAsync(opened, address, options, loggers, cancellationToken);
            if (session.Inbox is null && !options.LeavesInbox)
            {
                await session.Pipeline.ResumeAsync(cancellationToken);
            }

            return session;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private static async Task<StoreSession> OpenAsync(
        Opened opened, StoreAddress address, StoreSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        MigrationReport? migrated = null;
        StoreLock? held = null;
        if (address.Dialect == Dialect.Sqlite)
        {
            held = opened.Keep(TakeFile(address, options.LocalUrl));
            migrated = (await new Migrator(Product.Version, options.Clock).MigrateAsync(address, grantTo: null, cancellationToken)).OrThrow();
        }
        else
        {
            await new Migrator(Product.Version, options.Clock).CheckAsync(address, cancellationToken);
        }

        Database database = opened.Keep<Database>(address.Dialect == Dialect.Sqlite ? new SqliteDatabase(address) : new PostgresDatabase(address));
        await CheckAsync(database, options, loggers, cancellationToken);
        SqlScheduleStore scheduleChanges = new(database, committer: null, options.Clock);
        (SignalBoard board, ISignalSender sender) = await WatchAsync(opened, address, options, loggers, cancellationToken);
        SqlTenantStore tenantStore = new(database);
        SqlKeyStore keyStore = new(database);
        SqlPackStore packStore = new(database);
        SqlSealedStore sealedStore = new(database);
        SqlHoldStore holdStore = new(database);
        SqlToolSwitchStore switchStore = new(database);
        SqlBreakerStore breakerStore = new(database);
        SqlApprovalStore approvalStore = new(database, options.Clock);
        SqlRunStore runs = new(database);
        SqlEventLog log = new(database);
        Committer committer = opened.Keep(await Storage.Committing.Committer.StartAsync(
            database, [tenantStore, keyStore, packStore, sealedStore, holdStore, scheduleChanges, switchStore, breakerStore, approvalStore, new SqlErasure()], new CommitterOptions { Lease = options.SlotLease, Signals = sender, StopWithin = options.CloseWithin },
            new SystemEventSeeds(), options.Clock, loggers.CreateLogger("Storage.Committing"), cancellationToken));
        SqlScheduleStore schedules = new(database, committer, options.Clock);
        ErasureDesk erasures = new(log, committer, options.Clock);
        RetentionDesk retention = new(new SqlRetentionStore(database, committer, options.Clock), erasures, options.Clock);
        ScheduledAction[] actions =
        [
            new Upkeep(
            [
                token => EventMonths.EnsureAsync(database, token),
                token => PruneAsync(schedules, token),
                new ImportUpkeep(database, committer, options.Clock).RunAsync,
                new CommitPruning(committer, options.Clock).PruneAsync,
                new RetentionStep(retention, loggers.CreateLogger("Reeve.Server.Upkeeping")).RunAsync,
            ]).Action,
        ];
        SqlExceptionStore exceptions = new(database);
        TenantDesk tenants = new(tenantStore, committer, options.Clock);
        SealedDesk? unsealed = await UnsealAsync(opened, address, options, sealedStore, committer, cancellationToken);
        SecretDesk secrets = new(options.Secrets with { MasterKeyFile = KeyFileOf(address, options) }, unsealed, tenants, options.Clock);
        TenantModes modes = new(tenantStore, board, options.Clock);
        HoldDesk holds = new(holdStore, tenants, committer, board, options.Clock);
        PackRegistry packs = new(packStore, committer, options.Clock, board, options.PackCache);
        PackUse use = new(new SqlPackUsageStore(committer), options.Clock);
        SystemIds ids = new();
        ThreadRuntime runtime = new(options.Clock);
        PipelineOptions pipeline = new() { Workers = options.Workers, Commits = options.Commits };
        TenantQueues queues = new(options.Queues, options.Clock);
        SqlInboxStore inbox = new(database, committer, committer, options.Clock);
        RecordPorts ports = new()
        {
            Committer = committer,
            Exceptions = exceptions,
            Runs = runs,
            Log = log,
            Queues = queues,
            Packs = packs.ByHashAsync,
            Decided = use.Count,
            Inbox = inbox,
            ReceivesFirst = () => committer.Stops.ReceivesFirst(options.Clock),
            Modes = modes,
        };
        RecordedPipeline recorded = new(runtime, ids, pipeline, loggers.CreateLogger("Engine.Recording"), ports, agents: options.Agents);
        await AdmitCopyAsync(database, holds, options, cancellationToken);
        SqlExecutionStore executions = new(database, committer, options.Clock);
        LastRestoration restorations = new(holdStore, board, options.Clock);
        ExecutionJournal calls = new(executions, log, committer, committer, restorations, options.Clock, loggers.CreateLogger("Engine.Tools"));
        opened.Keep(new CallsUnderWay(calls, options.DrainsWithin));
        ToolSwitches switches = new(switchStore, committer, board, options.Clock);
        ToolGate gate = OpenGate(
            opened,
            new GatePorts
            {
                Kinds = [],
                ActivePair = packs.ActiveAsync,
                IsSwitchedOff = switches.IsOffAsync,
                Approvals = new ApprovalCover(approvalStore),
                Hold = holds,
                Mode = modes,
                Restorations = restorations,
                Breakers = new ToolBreakers(breakerStore, committer, board, options.Clock, loggers.CreateLogger("Engine.Tools")),
                Journal = calls,
            },
            options, secrets, runtime, loggers);
        SqlPlaybookRunStore playbookRuns = new(database, committer, committer, options.Clock);
        RunRulings rulings = new(playbookRuns);
        ApprovalDesk approvals = new(approvalStore, committer, new People(keyStore, options.Clock), rulings, ids, options.Clock);
        DrivePorts drives = new()
        {
            Committer = committer,
            Exceptions = exceptions,
            Runs = playbookRuns,
            Log = log,
            Packs = packs.ByHashAsync,
            Gate = gate,
            Approvals = new PlanApprovals(approvals, gate.Binder),
        };
        if (options.RunsInbox)
        {
            opened.Keep(new RunningRecovery(new ExecutionRecovery(calls, executions, gate, packs.ByHashAsync, options.Clock, loggers.CreateLogger("Engine.Tools"))));
            PlaybookWorker playbooks = new(
                playbookRuns, new PlaybookDriver(drives, runtime, loggers.CreateLogger("Engine.PlaybookWork"), options.Agents), holds, modes, runtime, loggers.CreateLogger("Engine.PlaybookWork"));
            rulings.Wake = playbooks.Wake;
            committer.TookOver += (_, _) => playbooks.Wake();
            board.Subscribe(Signals.Playbooks | Signals.Hold | Signals.Tenants, _ => playbooks.Wake());
            opened.Keep(new RunningPlaybooks(playbooks, new ApprovalWatch(approvalStore, approvals, runtime, loggers.CreateLogger("Engine.Approvals")), options.DrainsWithin, options.Clock));
        }

        ExecutionDesk executionDesk = new(executions, calls, committer, options.Clock, rulings.OfSettledAsync);
        opened.Keep(new LastFlush(use, options.Clock, loggers.CreateLogger("Reeve.Server.Hosting")));
        InboxWorker? worker = options.RunsInbox ? new InboxWorker(inbox, recorded, queues, runtime, loggers.CreateLogger("Engine.Inbox")) : null;
        if (worker is not null)
        {
            recorded.Worker = worker;
            committer.TookOver += (_, _) => worker.Wake();
            board.Subscribe(Signals.Inbox, _ => worker.Wake());
            opened.Keep(new RunningInbox(worker, options.DrainsWithin, options.Clock));
        }

        return new StoreSession(opened, unsealed)
        {
            Database = database,
            Lock = held,
            Migrated = migrated,
            Committer = committer,
            OthersWrite = () => committer.IsBusy,
            Slots = committer,
            Log = log,
            Audit = new SqlAuditSource(database, options.SlotLease),
            Erasures = erasures,
            Holds = holds,
            Secrets = secrets,
            Modes = modes,
            Restorations = restorations,
            Calls = calls,
            ExecutionRows = executions,
            Executions = executionDesk,
            ToolSwitches = switches,
            Gate = gate,
            Approvals = approvals,
            ApprovalSearch = new ApprovalSearch(approvalStore),
            Submissions = new SubmissionDesk(packs, exceptions, gate.Binder, approvals, options.Clock),
            PlaybookRuns = playbookRuns,
            PlaybookDesk = new RunDesk(drives, runtime, loggers.CreateLogger("Engine.PlaybookWork"), options.Agents),
            Tools = new ToolDesk(new ToolPorts
            {
                Packs = packs,
                Switches = switches,
                Gate = gate,
                Exceptions = exceptions,
                Executions = executionDesk,
                ExecutionRows = executions,
                Log = log,
                Standings = new StandingReader(exceptions, log),
                Ids = ids,
                Runtime = runtime,
            }),
            BreakerRows = breakerStore,
            Backups = new StoreBackup(database, committer.Copier, options.Clock),
            Metrics = new MetricsDesk(new SqlCounterStore(database)),
            Exceptions = exceptions,
            Runs = runs,
            Tenants = tenants,
            Keys = new KeyDesk(keyStore, tenants, committer, board, options.Clock),
            Packs = packs,
            Schedules = new ScheduleDesk(schedules, committer, actions, options.Clock),
            ScheduleRunner = new ScheduleRunner(schedules, actions, options.Clock, loggers.CreateLogger("Engine.Schedules")),
            PackUse = use,
            WatchTurn = new SqlWatchTurn(database, committer, options.SlotLease),
            Queues = queues,
            Ids = ids,
            History = new CaseHistory(exceptions, log),
            Pipeline = recorded,
            Inbox = worker,
            Imports = opened.Keep(new ImportDesk(
                new SqlImportStore(database, options.SlotLease, options.Clock), committer, ids, options.Clock, committer.Node, loggers.CreateLogger("Engine.Imports"))),
            Replay = new ReplayDesk(runtime, log, packs.ByHashAsync, loggers.CreateLogger("Engine.Replay")),
        };
    }

    // A backup that somebody put in place by hand is a restored store: what uses it for long says so in its log, before it works on anything.
    private static async Task AdmitCopyAsync(Database database, HoldDesk holds, StoreSessionOptions options, CancellationToken cancellationToken)
    {
        if (options.RunsInbox && await holds.MarksAsync(cancellationToken) is [.., { } mark])
        {
            ReaderPosition position = await new SqlReaderStore(database, upkeep: null).HeadAsync(cancellationToken);
            await holds.PlaceRestoredAsync(
                new Restoration(mark.Since, position), $"Found to be the backup of {TimeText.Timestamp(mark.Since)}: the world may know more than the store.", Restoration.Finder, cancellationToken);
        }
    }

    private static async Task PruneAsync(SqlScheduleStore schedules, CancellationToken cancellationToken)
    {
        while (await schedules.PruneAsync(cancellationToken))
        {
            // In pieces, each a transaction of its own, so that commits come between.
        }
    }

    // Before anything is read that is kept, and closed after the last commit.
    private static async Task<(SignalBoard Board, ISignalSender Sender)> WatchAsync(
        Opened opened, StoreAddress address, StoreSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (address.Dialect == Dialect.Sqlite)
        {
            SignalBoard own = SignalBoard.OfOneProcess();
            return (own, new OwnSignals(own));
        }

        SignalBoard board = new(options.Clock);
        ILogger logger = loggers.CreateLogger("Storage.Signalling");
        return (board, opened.Keep(await SignalWatch.StartAsync(new PostgresSignals(address, options.Clock, logger), board, options.Clock, logger, cancellationToken)));
    }

    private static StoreLock TakeFile(StoreAddress address, Uri? url)
    {
        string folder = Path.GetDirectoryName(address.Target)!; // not null: an address is a full path of a file
        try
        {
            if (!Directory.Exists(folder))
            {
                const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, OwnerOnly);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unwritable, $"Its folder cannot be made: {fault.Message}", address.Masked), fault);
        }

        return StoreLock.Take(address, url);
    }

    // A role that policies do not bind would see every tenant; a file that is not sound would lose what is added.
    private static async Task CheckAsync(Database database, StoreSessionOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (database is PostgresDatabase postgres)
        {
            IReadOnlyList<string> reasons = await NodeRole.ReasonsAsync(postgres, cancellationToken);
            if (reasons.Count > 0 && !options.AcceptsUnsafeRole)
            {
                await NodeRole.CheckAsync(postgres, cancellationToken);
            }

            if (reasons.Count > 0)
            {
                SessionLog.UnsafeRole(loggers.CreateLogger("Reeve.Server.Hosting"), string.Join(' ', reasons));
            }

            await EventMonths.EnsureAsync(database, cancellationToken);
            await ImportUpkeep.EnsureDaysAsync(database, cancellationToken);
        }
        else if (options.ChecksFile && await new StoreProbe(database).DamageAsync(cancellationToken) is { Count: > 0 } damage)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"SQLite finds {damage.Count} faults in it.", database.Address.Masked, nextStep: "Keep a copy of the file, then restore a backup; 'reeve doctor' lists the faults."));
        }
    }

    private static async Task<SealedDesk?> UnsealAsync(
        Opened opened, StoreAddress address, StoreSessionOptions options, SqlSealedStore store, Committer committer, CancellationToken cancellationToken)
    {
        if (!options.NeedsMasterKey)
        {
            return null;
        }

        string path = KeyFileOf(address, options) ?? throw new ReeveException(new ReeveError(
            ErrorCatalogue.Configuration.Missing, "A store in PostgreSQL needs a master key that every node has.", "REEVE_MASTER_KEY_FILE",
            nextStep: "Make one (openssl rand -hex 32 > FILE, mode 600), give every node the same, and set REEVE_MASTER_KEY_FILE."));
        return opened.Keep(await SealedDesk.OpenAsync(path, mayCreate: address.Dialect == Dialect.Sqlite, store, committer, options.Clock, cancellationToken));
    }

    // Beside a file unless somebody says otherwise; a database has none of its own.
    private static string? KeyFileOf(StoreAddress address, StoreSessionOptions options) =>
        options.MasterKeyFile ?? (address.Dialect == Dialect.Sqlite ? address.Target + KeyFileSuffix : null);
}
