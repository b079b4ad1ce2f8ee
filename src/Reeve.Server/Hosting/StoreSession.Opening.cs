using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Engine.Inbox;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;
using Reeve.Governance.Audit;
using Reeve.Governance.Encryption;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Operations.Metrics;
using Reeve.Storage.Cases;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Locks;
using Reeve.Storage.Migrations;
using Reeve.Storage.Probes;
using Reeve.Storage.Settings;

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
            await session.Pipeline.ResumeAsync(cancellationToken);
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
        SqlTenantStore tenantStore = new(database);
        SqlKeyStore keyStore = new(database);
        SqlPackStore packStore = new(database);
        SqlSealedStore sealedStore = new(database);
        SqlRunStore runs = new(database);
        SqlEventLog log = new(database);
        Committer committer = opened.Keep(await Storage.Committing.Committer.StartAsync(
            database, [tenantStore, keyStore, packStore, sealedStore, new SqlErasure()], new CommitterOptions { Lease = options.SlotLease },
            new SystemEventSeeds(), options.Clock, loggers.CreateLogger("Storage.Committing"), cancellationToken));
        SqlExceptionStore exceptions = new(database, committer);
        TenantDesk tenants = new(tenantStore, committer, options.Clock);
        PackRegistry packs = new(packStore, committer, options.Clock);
        SystemIds ids = new();
        ThreadRuntime runtime = new(options.Clock);
        PipelineOptions pipeline = new() { Workers = options.Workers, Commits = options.Commits };
        TenantQueues queues = new(options.Queues, options.Clock);
        RecordPorts ports = new() { Committer = committer, Exceptions = exceptions, Runs = runs, Log = log, Queues = queues, Packs = packs.ByHashAsync };
        return new StoreSession(opened, await UnsealAsync(opened, address, options, sealedStore, committer, cancellationToken))
        {
            Database = database,
            Lock = held,
            Migrated = migrated,
            Committer = committer,
            Slots = committer,
            Log = log,
            Audit = new SqlAuditSource(database, options.SlotLease),
            Erasures = new ErasureDesk(log, committer, options.Clock),
            Metrics = new MetricsDesk(new SqlCounterStore(database)),
            Exceptions = exceptions,
            Runs = runs,
            Tenants = tenants,
            Keys = new KeyDesk(keyStore, tenants, committer, options.Clock),
            Packs = packs,
            Queues = queues,
            Ids = ids,
            History = new CaseHistory(exceptions, log),
            Pipeline = new RecordedPipeline(runtime, ids, pipeline, loggers.CreateLogger("Engine.Recording"), ports),
            Replay = new ReplayDesk(runtime, log, packs.ByHashAsync, loggers.CreateLogger("Engine.Replay")),
        };
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

        bool isFile = address.Dialect == Dialect.Sqlite;
        string path = options.MasterKeyFile ?? (isFile ? address.Target + KeyFileSuffix : throw new ReeveException(new ReeveError(
            ErrorCatalogue.Configuration.Missing, "A store in PostgreSQL needs a master key that every node has.", "REEVE_MASTER_KEY_FILE",
            nextStep: "Make one (openssl rand -hex 32 > FILE, mode 600), give every node the same, and set REEVE_MASTER_KEY_FILE.")));
        return opened.Keep(await SealedDesk.OpenAsync(path, isFile, store, committer, options.Clock, cancellationToken));
    }

    /// <summary>What was opened, to be closed in the opposite order: the committer writes what it took before the file's lock is given back.</summary>
    private sealed class Opened : IAsyncDisposable
    {
        private readonly Stack<object> kept = new();

        internal T Keep<T>(T opened)
            where T : notnull
        {
            kept.Push(opened);
            return opened;
        }

        public async ValueTask DisposeAsync()
        {
            while (kept.TryPop(out object? last))
            {
                if (last is IAsyncDisposable waits)
                {
                    await waits.DisposeAsync();
                }
                else
                {
                    (last as IDisposable)?.Dispose();
                }
            }
        }
    }
}
