using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Holds;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Probes;

namespace Reeve.Commands.Examination;

/// <summary>What can be told of the store: opening it has checked schema, role and master key; the rest is looked at here.</summary>
internal static class StoreChecks
{
    private const long LargeLog = 64L << 20;
    private static readonly TimeSpan ClockWarning = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClockFailure = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OldSnapshot = TimeSpan.FromMinutes(10);

    /// <summary>The checks, in the order in which one builds on the other.</summary>
    /// <param name="context">The command.</param>
    /// <param name="address">Where the store is; null when not even that can be told.</param>
    /// <param name="session">The open store; null when it could not be opened, or there is none yet.</param>
    /// <param name="fault">Why it could not be opened.</param>
    internal static IEnumerable<Check> Of(CommandContext context, StoreAddress? address, StoreSession? session, ReeveException? fault)
    {
        if (session is null)
        {
            return Unopened(address, fault);
        }

        StoreProbe probe = new(session.Database);
        return
        [
            Check.Of("store", () => Finding.Pass($"{session.Database.Address.Masked} ({session.Database.Address.Identity})")),
            Check.Of("schema", static () => Finding.Pass("at this release's")),
            Check.Of("master key", () => session.HasMasterKey ? Finding.Pass("the one this store was sealed with")
                : session.Database.Dialect == Dialect.Sqlite ? Finding.Skipped("The first start of a server makes one.")
                : new Finding(Health.Warning, "None is set; commands need none, a server does.", "Set REEVE_MASTER_KEY_FILE to the file that every node has.")),
            Check.Of("role", () => session.Database.Dialect == Dialect.Sqlite
                ? Finding.Skipped("SQLite has none; the file's permissions count.")
                : Finding.Pass("bound by row-level security")),
            new Check("integrity", cancellationToken => IntegrityAsync(probe, cancellationToken)),
            Check.Of("write-ahead log", () => WriteAhead(probe)),
            new Check("oldest snapshot", cancellationToken => SnapshotAsync(probe, cancellationToken)),
            new Check("clock", cancellationToken => ClockAsync(context, probe, cancellationToken)),
            new Check("hold", cancellationToken => HoldAsync(session, cancellationToken)),
            new Check("packs", cancellationToken => PacksAsync(session, cancellationToken)),
        ];
    }

    private static IEnumerable<Check> Unopened(StoreAddress? address, ReeveException? fault)
    {
        if (fault is null)
        {
            yield return Check.Of("store", () => Finding.Skipped($"{address?.Masked} is not there yet; the first command that writes makes it."));
            yield break;
        }

        ReeveError error = fault.Error;
        string name = error.Kind == ErrorCatalogue.Storage.NotMigrated || error.Kind == ErrorCatalogue.Storage.Newer || error.Kind == ErrorCatalogue.Storage.MigrationChanged ? "schema"
            : error.Kind == ErrorCatalogue.Storage.UnsafeRole ? "role"
            : error.Code.StartsWith("SEAL-", StringComparison.Ordinal) || error.Kind == ErrorCatalogue.Configuration.Missing ? "master key"
            : "store";
        yield return Check.Of(name, () => Finding.Of(error));
    }

    private static async Task<Finding> IntegrityAsync(StoreProbe probe, CancellationToken cancellationToken) => await probe.DamageAsync(cancellationToken) switch
    {
        null => Finding.Skipped("PostgreSQL checks its files itself (pg_amcheck)."),
        [] => Finding.Pass("the file is sound"),
        IReadOnlyList<string> damage => new Finding(Health.Failure, $"SQLite finds: {string.Join("; ", damage)}", "Stop Reeve, keep a copy of the file, and restore a backup."),
    };

    private static Finding WriteAhead(StoreProbe probe) => probe.WriteAheadBytes() switch
    {
        null => Finding.Skipped("PostgreSQL keeps its own."),
        > LargeLog and long large => new Finding(Health.Warning, $"{large / (1024 * 1024):N0} MiB", "Something keeps a read open for long; restart the process that holds the store."),
        long small => Finding.Pass($"{small / 1024:N0} KiB"),
    };

    private static async Task<Finding> SnapshotAsync(StoreProbe probe, CancellationToken cancellationToken) => await probe.OldestSnapshotAsync(cancellationToken) switch
    {
        null => Finding.Skipped("SQLite's readers end within a second."),
        { } age when age > OldSnapshot => new Finding(Health.Warning, $"A transaction has been open for {age.TotalMinutes:0} minutes.", "End that session: select pid, usename, xact_start from pg_stat_activity order by xact_start."),
        { } age => Finding.Pass($"{age.TotalSeconds:0} s old"),
    };

    private static async Task<Finding> ClockAsync(CommandContext context, StoreProbe probe, CancellationToken cancellationToken)
    {
        TimeSpan apart = (context.Clock.GetUtcNow() - await probe.TimeAsync(cancellationToken)).Duration();
        string message = $"{apart.TotalSeconds:0.0} s from the database's";
        return apart < ClockWarning ? Finding.Pass(message)
            : new Finding(apart < ClockFailure ? Health.Warning : Health.Failure, message, "Set both clocks by NTP; slots and keys go by the time.");
    }

    private static async Task<Finding> HoldAsync(StoreSession session, CancellationToken cancellationToken)
    {
        IReadOnlyList<Hold> holds = await session.Holds.ListAsync(cancellationToken);
        return holds.Count == 0 ? Finding.Pass("nothing is on hold")
            : new Finding(
                Health.Warning, $"{(holds[0].IsForAll ? "Every tenant is" : $"{holds.Select(hold => hold.Scope).Distinct().Count()} tenants are")} on hold since {TimeText.Timestamp(holds[0].Since)}: {holds[0].Reason}",
                "Look at them: reeve hold --list. When effects may go on: reeve resume --reason TEXT.");
    }

    private static async Task<Finding> PacksAsync(StoreSession session, CancellationToken cancellationToken)
    {
        IReadOnlyList<Tenant> tenants = await session.Tenants.ListAsync(cancellationToken);
        List<string> without = [];
        foreach (Tenant tenant in tenants)
        {
            IReadOnlyList<StoredPack> versions = await session.Packs.ListAsync(tenant.Id, cancellationToken);
            if (!versions.Any(version => version.IsActive && version.Key.Kind == PackKindStored.Policy))
            {
                without.Add(tenant.Id.Value);
            }
        }

        // Not a fault: 'reeve run' needs none.
        return Finding.Pass(without.Count == 0
            ? $"{tenants.Count} tenants, each with active packs"
            : $"{without.Count} of {tenants.Count} tenants have no active packs and take nothing in over HTTP: {string.Join(", ", without.Take(5))}");
    }
}
